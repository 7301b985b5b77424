package dev.gatun.models.family;

import dev.gatun.train.loss.CrossEntropy;
import dev.gatun.train.loss.Loss;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.List;
import java.util.Optional;

/**
 * The loss of a network's first result for the field {@code labels}.
 *
 * @param shifted whether the label of a position is what the result one before is for
 */
public record Labels(Loss loss, boolean shifted) implements Objective {
  private static final String NAME = "labels";

  /** One class a position, -100 where there is none: masked words, kinds of words. */
  public static Labels perPosition() {
    return new Labels(Losses.softmaxCrossEntropy().lastAxis(), false);
  }

  /** The next word at each position; labels are the words themselves. */
  public static Labels nextWord() {
    return new Labels(Losses.softmaxCrossEntropy().lastAxis(), true);
  }

  /** One class a sample. */
  public static Labels oneClass() {
    return new Labels(Losses.softmaxCrossEntropy(), false);
  }

  /** One class a pixel, on axis 1, and a number that does not count. */
  public static Labels perPixel(long ignored) {
    return new Labels(Losses.softmaxCrossEntropy().ignoreIndex(ignored), false);
  }

  /**
   * Classes of whole samples: one of them, any number of them, or (with one class) a number, as the
   * config's problem_type says.
   */
  public static Labels ofSamples(Config config) {
    String usual = config.classes() == 1 ? "regression" : "single_label_classification";
    String problem = config.text("problem_type", usual);
    return switch (problem) {
      case "regression" -> new Labels(Losses.meanSquaredError(), false);
      case "single_label_classification" -> new Labels(Losses.softmaxCrossEntropy(), false);
      case "multi_label_classification" -> new Labels(Losses.sigmoidCrossEntropy(), false);
      default -> {
        config.require(
            "problem_type",
            false,
            "regression, single_label_classification, multi_label_classification");
        throw new IllegalStateException();
      }
    };
  }

  @Override
  public List<Input> targets(List<Flow> outputs) {
    Input type = loss.target(outputs.get(0));
    if (loss instanceof CrossEntropy || outputs.get(0).size(-1) != 1) {
      return List.of(new Input(NAME, type.dtype(), type.shape()));
    }
    // A single number a sample: labels have no axis for it.
    return List.of(new Input(NAME, type.dtype(), dev.gatun.core.tensor.Shape.SCALAR));
  }

  @Override
  public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
    Flow x = outputs.get(0);
    Flow y = targets.get(0);
    if (shifted) {
      x = x.slice(1, 0, -1);
      y = y.slice(1, 1, Long.MAX_VALUE);
    }
    if (y.rank() == 1 && !(loss instanceof CrossEntropy)) {
      y = y.unsqueeze(-1);
    }
    // Labels with a number for each class are for samples of several classes.
    boolean several = loss instanceof CrossEntropy && y.dtype().isFloat();
    Loss used = several ? Losses.sigmoidCrossEntropy() : loss;
    return used.value(List.of(x), List.of(y), weights);
  }
}
