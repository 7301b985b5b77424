package dev.gatun.models.detr;

import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.part.ActivationNames;
import dev.gatun.models.part.FrozenNorm;
import dev.gatun.models.part.Images;
import dev.gatun.models.part.Pieces;
import dev.gatun.models.part.SequenceBlock;
import dev.gatun.models.resnet.ResNetBackbone;
import dev.gatun.train.net.Flow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** DETR (Carion and others 2020): a fixed number of boxes with classes for each picture. */
public final class Detr implements Family {
  private static final double EPSILON = 1e-5;

  /** Options, with the defaults of the published config class. */
  private record Options(
      ResNetBackbone backbone,
      long width,
      long layers,
      long decoderLayers,
      SequenceBlock encoder,
      SequenceBlock decoder,
      long queries,
      long classes) {
    static Options of(Config c) {
      c.require(
          "use_timm_backbone",
          !c.flag("use_timm_backbone", false),
          "false, with a backbone_config of model_type resnet");
      Config backbone = c.object("backbone_config");
      backbone.require("model_type", backbone.text("model_type", "").equals("resnet"), "resnet");
      String positions = c.text("position_embedding_type", "sine");
      c.require("position_embedding_type", positions.equals("sine"), "sine");
      c.require("dilation", !c.flag("dilation", false), "false");
      long width = c.integer("d_model", 256);
      return new Options(
          ResNetBackbone.of(backbone, new FrozenNorm(EPSILON)::fresh),
          width,
          c.integer("encoder_layers", 6),
          c.integer("decoder_layers", 6),
          block(c, "encoder", width),
          block(c, "decoder", width),
          c.integer("num_queries", 100),
          c.classes());
    }

    private static SequenceBlock block(Config c, String part, long width) {
      return new SequenceBlock(
          width,
          c.integer(part + "_attention_heads", 8),
          c.integer(part + "_ffn_dim", 2048),
          ActivationNames.of(c, "activation_function", "relu"),
          c.real("dropout", 0.1),
          c.real("attention_dropout", 0),
          c.real("activation_dropout", 0),
          false,
          true);
    }
  }

  @Override
  public List<String> modelTypes() {
    return List.of("detr");
  }

  @Override
  public List<String> classes() {
    return List.of("DetrForObjectDetection", "DetrModel");
  }

  @Override
  public Architecture architecture(Config c, String className) {
    Options o = Options.of(c);
    Architecture.Body body =
        in -> {
          Flow states = states(o, in.get("pixel_values"));
          if (className.equals("DetrModel")) {
            return Map.of("last_hidden_state", states);
          }
          Map<String, Flow> results = new LinkedHashMap<>();
          // One class more: nothing there.
          results.put("logits", Pieces.linear(states, "class_labels_classifier", o.classes() + 1));
          results.put("pred_boxes", boxes(o, states));
          return results;
        };
    Architecture network =
        Architecture.of(
            List.of(Architecture.required(Images.input(o.backbone().channels()))),
            body,
            Keys.of("model"));
    // A loss of every layer's boxes would need their results.
    boolean trained =
        className.equals("DetrForObjectDetection") && !c.flag("auxiliary_loss", false);
    return trained ? network.trainedBy(SetLoss.of(c)) : network;
  }

  private static Flow boxes(Options o, Flow states) {
    Flow x = Pieces.linear(states, "bbox_predictor.layers.0", o.width()).relu();
    x = Pieces.linear(x, "bbox_predictor.layers.1", o.width()).relu();
    return Pieces.linear(x, "bbox_predictor.layers.2", 4).sigmoid();
  }

  private static Flow states(Options o, Flow pixels) {
    Flow features = o.backbone().feature(pixels, "model.backbone.conv_encoder.model.");
    Flow picture = features.named("model.input_projection").conv2d(o.width(), 1);
    Flow x = Images.rows(picture);
    Flow positions = SinePositions.of(picture, o.width());
    for (int i = 0; i < o.layers(); i++) {
      x =
          x.named("model.encoder.layers." + i)
              .then(
                  y ->
                      o.encoder()
                          .apply(
                              y,
                              Optional.empty(),
                              Optional.of(positions),
                              false,
                              Optional.empty()));
    }
    SequenceBlock.Source memory =
        new SequenceBlock.Source(x, Optional.empty(), Optional.of(positions));
    Flow table = Pieces.table(x, "model.query_position_embeddings.weight", o.queries(), o.width());
    // Queries begin as zeros, one set for each sample.
    Flow zeros = x.slice(1, 0, 1).mul(0);
    Flow at = zeros.add(table);
    Flow y = zeros.add(table.mul(0));
    for (int i = 0; i < o.decoderLayers(); i++) {
      y =
          y.named("model.decoder.layers." + i)
              .then(
                  z ->
                      o.decoder()
                          .apply(z, Optional.empty(), Optional.of(at), false, Optional.of(memory)));
    }
    return Pieces.norm(y, "model.decoder.layernorm", EPSILON);
  }
}
