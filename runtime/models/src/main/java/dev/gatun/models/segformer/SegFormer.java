package dev.gatun.models.segformer;

import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Images;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** SegFormer (Xie and others 2021): a pyramid of attention and a head that joins its levels. */
public final class SegFormer implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("segformer");
  }

  @Override
  public List<String> classes() {
    return List.of(
        "SegformerModel", "SegformerForImageClassification", "SegformerForSemanticSegmentation");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    SegFormerEncoder encoder = SegFormerEncoder.of(c);
    long classes = c.classes();
    long width = c.integer("decoder_hidden_size", 256);
    double dropout = c.real("classifier_dropout_prob", 0.1);
    Architecture.Body body =
        in -> {
          List<Flow> levels = encoder.apply(in.get("pixel_values"));
          Flow last = levels.get(levels.size() - 1);
          return switch (className) {
            case "SegformerForSemanticSegmentation" ->
                Map.of("logits", map(levels, width, classes, dropout));
            case "SegformerForImageClassification" ->
                Map.of("logits", Pieces.linear(Images.rows(last).mean(1), "classifier", classes));
            default -> Map.of("last_hidden_state", last);
          };
        };
    Architecture plain =
        Architecture.of(
            List.of(Architecture.required(Images.input(c.integer("num_channels", 3)))),
            body,
            Keys.of("segformer"));
    return switch (className) {
      case "SegformerForSemanticSegmentation" ->
          plain.trainedBy(
              new MapLabels(Labels.perPixel(c.integer("semantic_loss_ignore_index", 255))));
      case "SegformerForImageClassification" -> plain.trainedBy(Labels.ofSamples(c));
      default -> plain;
    };
  }

  /** Classes of squares as large as the first level's. */
  private static Flow map(List<Flow> levels, long width, long classes, double dropout) {
    Flow first = levels.get(0);
    List<Flow> joined = new ArrayList<>();
    for (int i = 0; i < levels.size(); i++) {
      Flow level = levels.get(i);
      Flow rows = Pieces.linear(Images.rows(level), "decode_head.linear_c." + i + ".proj", width);
      Flow picture = Images.picture(rows, level);
      joined.add(0, i == 0 ? picture : Images.resized(picture, first));
    }
    return Flow.concat(1, joined)
        .named("decode_head.linear_fuse")
        .conv2d(width, 1, l -> l.withoutBias())
        .named("decode_head.batch_norm")
        .then(Layers.batchNorm())
        .relu()
        .dropout(dropout)
        .named("decode_head.classifier")
        .conv2d(classes, 1);
  }
}
