package dev.gatun.models.resnet;

import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Images;
import dev.gatun.models.part.Pieces;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Residual networks (He and others 2016) in Hugging Face's layout. */
public final class ResNet implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("resnet");
  }

  @Override
  public List<String> classes() {
    return List.of("ResNetModel", "ResNetForImageClassification");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    // A lambda: each of them has parameters of its own.
    ResNetBackbone backbone = ResNetBackbone.of(c, x -> Layers.batchNorm().apply(x));
    boolean classifies = className.equals("ResNetForImageClassification");
    long classes = c.classes();
    Architecture.Body body =
        in -> {
          Flow x = backbone.apply(in.get("pixel_values"), "resnet.");
          Flow pooled = x.globalAvgPool();
          if (classifies) {
            return Map.of("logits", Pieces.linear(pooled, "classifier.1", classes));
          }
          Map<String, Flow> results = new LinkedHashMap<>();
          results.put("last_hidden_state", x);
          results.put("pooler_output", pooled.unsqueeze(2, 3));
          return results;
        };
    Architecture plain =
        Architecture.of(
            List.of(Architecture.required(Images.input(backbone.channels()))),
            body,
            Keys.of("resnet"));
    return classifies ? plain.trainedBy(Labels.ofSamples(c)) : plain;
  }
}
