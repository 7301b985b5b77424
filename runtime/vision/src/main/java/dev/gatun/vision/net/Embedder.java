package dev.gatun.vision.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.loss.PairLosses;
import dev.gatun.train.loss.Similarity;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Net;
import java.util.List;
import java.util.Optional;

/**
 * Pictures as vectors that are near each other when the pictures show the same: blocks of a
 * convolution, a batch norm and a pool that halves the size, and a dense layer. Trained in pairs
 * ({@link #siamese}), by changed copies ({@link #copies}), in episodes ({@link #prototypes}) or by
 * the angles to the middles of classes ({@link #angles}); the weights are called the same each
 * time, so that one of these nets' weights fit {@link #net}.
 *
 * @param width channels of each block
 * @param blocks how many
 * @param numbers of a vector, 0 for those of the last block as they are
 * @param unit whether vectors have the length 1
 */
public record Embedder(long width, int blocks, long numbers, boolean unit) implements Layer {
  /** Checked. */
  public Embedder {
    if (width < 1 || blocks < 1 || numbers < 0) {
      throw new GatunException("an embedder needs a channel and a block");
    }
  }

  @Override
  public Flow apply(Flow pictures) {
    Flow x = pictures;
    for (int i = 0; i < blocks; i++) {
      x =
          x.named("conv" + i)
              .conv2d(width, 3, o -> o.pad(1).withoutBias().weights(Initializers.heNormal()))
              .named("norm" + i)
              .batchNorm()
              .relu()
              .maxPool2d(2);
    }
    x = x.reshape(0, x.size(1) * x.size(2) * x.size(3));
    if (numbers > 0) {
      x = x.named("vector").dense(numbers);
    }
    return unit ? Similarity.unit(x) : x;
  }

  private Flow embed(Flow pictures) {
    // One set of weights, whose names do not depend on what else a net has.
    return pictures.named("embed").then(this);
  }

  /** Vectors of pictures "x". */
  public Net net(long channels, long height, long wide) {
    return Net.of(List.of(Input.of("x", channels, height, wide)), in -> List.of(embed(in.get(0))));
  }

  /**
   * Two networks with the same weights (Bromley and others 1993): distances [B] of pictures "a" and
   * "b". Both go through as one batch, so norms see both.
   */
  public Net siamese(long channels, long height, long wide) {
    List<Input> inputs =
        List.of(Input.of("a", channels, height, wide), Input.of("b", channels, height, wide));
    return Net.of(
        inputs,
        in -> {
          List<Flow> both = embed(Flow.concat(0, in)).split(0, 2);
          return List.of(Similarity.distance(both.get(0), both.get(1)));
        });
  }

  /**
   * Two networks with the same weights: vectors [B, numbers] of pictures "a" and "b", where those
   * of a row show the same, such as two changed copies of one picture. To be trained by {@link
   * #matched}, without any label.
   */
  public Net copies(long channels, long height, long wide) {
    List<Input> inputs =
        List.of(Input.of("a", channels, height, wide), Input.of("b", channels, height, wide));
    return Net.of(inputs, in -> embed(Flow.concat(0, in)).split(0, 2));
  }

  /**
   * Three networks with the same weights: distances [B] of "anchor" to "positive", which shows the
   * same, and to "negative".
   */
  public Net triplets(long channels, long height, long wide) {
    List<Input> inputs =
        List.of(
            Input.of("anchor", channels, height, wide),
            Input.of("positive", channels, height, wide),
            Input.of("negative", channels, height, wide));
    return Net.of(
        inputs,
        in -> {
          List<Flow> all = embed(Flow.concat(0, in)).split(0, 3);
          return List.of(
              Similarity.distance(all.get(0), all.get(1)),
              Similarity.distance(all.get(0), all.get(2)));
        });
  }

  /**
   * Episodes (Snell and others 2017). "x" has the pictures of an episode, {@code ways * (shots +
   * queries)}: first the ones to learn from, class by class, whose means are the prototypes, then
   * those to be told, for which there are logits [E, ways * queries, ways]: squared distances below
   * zero. Labels are numbers of classes in the episode.
   */
  public Net prototypes(int ways, int shots, int queries, long channels, long height, long wide) {
    long known = (long) ways * shots;
    long all = known + (long) ways * queries;
    return Net.of(
        List.of(Input.of("x", all, channels, height, wide)),
        in -> {
          Flow x = embed(in.get(0).reshape(-1, channels, height, wide));
          long size = x.size(1);
          Flow vectors = x.reshape(-1, all, size);
          Flow middles =
              vectors.slice(1, 0, known).reshape(-1, ways, shots, size).mean(2).unsqueeze(1);
          Flow asked = vectors.slice(1, known, all).unsqueeze(2);
          return List.of(Similarity.squaredDistance(asked, middles).neg());
        });
  }

  /**
   * Vectors [B, numbers] and their cosines with a direction of each class [B, classes], to be
   * trained by an {@link AngularMargin}.
   */
  public Net angles(long classes, long channels, long height, long wide) {
    return Net.of(
        List.of(Input.of("x", channels, height, wide)),
        in -> {
          Flow x = Similarity.unit(embed(in.get(0)));
          Flow directions =
              x.parameter("directions", Shape.of(classes, x.size(1)), Initializers.normal(0, 1));
          return List.of(x, x.matmulTransposed(Similarity.unit(directions)));
        });
  }

  /**
   * The loss of {@link #siamese} (Hadsell and others 2006): what is the same comes near, other
   * things stay a margin apart. The target "same" is 1 or 0.
   */
  public static Objective contrastive(double margin) {
    return new Contrast(margin);
  }

  /** The loss of {@link #triplets} (Schroff and others 2015), without targets. */
  public static Objective triplet(double margin) {
    return new Triplet(margin);
  }

  /**
   * The loss of {@link #copies}, without targets: of all rows of a batch the other picture of the
   * same row is the likeliest, by cosines (Chen and others 2020, with the other pictures of one
   * side as CLIP has it).
   *
   * @param temperature cosines are divided by it, such as 0.1
   */
  public static Objective matched(double temperature) {
    return new Match(temperature);
  }

  private record Match(double temperature) implements Objective {
    @Override
    public List<Input> targets(List<Flow> outputs) {
      return List.of();
    }

    @Override
    public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
      if (weights.isPresent()) {
        throw new GatunException("rows that are compared with each other all count alike");
      }
      return PairLosses.infoNce(outputs.get(0), outputs.get(1), temperature);
    }
  }

  private record Contrast(double margin) implements Objective {
    @Override
    public List<Input> targets(List<Flow> outputs) {
      return List.of(new Input("same", DType.F32, Shape.SCALAR));
    }

    @Override
    public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
      Flow all = PairLosses.contrastive(outputs.get(0), targets.get(0), margin, true);
      return mean(all, weights);
    }
  }

  private record Triplet(double margin) implements Objective {
    @Override
    public List<Input> targets(List<Flow> outputs) {
      return List.of();
    }

    @Override
    public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
      return mean(outputs.get(0).sub(outputs.get(1)).add(margin).max(0), weights);
    }
  }

  static Flow mean(Flow losses, Optional<Flow> weights) {
    return weights.isEmpty()
        ? losses.mean()
        : losses.mul(weights.get()).sum().div(weights.get().sum());
  }
}
