package dev.gatun.models.detr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.train.Trainer;
import dev.gatun.train.net.Flow;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.vision.Box;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The loss is that of the best of all assignments, tried one by one. */
class SetLossTests {
  private static final int BATCH = 3;
  private static final int QUERIES = 5;
  private static final int THINGS = 4;
  private static final int KINDS = 4; // the last one means nothing
  private static final SetLoss LOSS = new SetLoss(1, 5, 2, 5, 2, 0.1);

  private final Random random = new Random(11);
  private final float[] logits = new float[BATCH * QUERIES * KINDS];
  private final float[] boxes = new float[BATCH * QUERIES * 4];
  private final float[] wanted = new float[BATCH * THINGS * 4];
  private final long[] labels = {0, 2, 1, -1, 2, 2, 0, 1, -1, -1, -1, -1};

  private Box box(float[] all, int i) {
    return Box.around(all[4 * i], all[4 * i + 1], all[4 * i + 2], all[4 * i + 3]);
  }

  private double probability(int query, long kind) {
    double sum = 0;
    for (int c = 0; c < KINDS; c++) {
      sum += Math.exp(logits[query * KINDS + c]);
    }
    return Math.exp(logits[query * KINDS + (int) kind]) / sum;
  }

  private double distance(int query, int thing) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += Math.abs(boxes[4 * query + i] - wanted[4 * thing + i]);
    }
    return sum;
  }

  private double cost(int query, int thing) {
    return 5 * distance(query, thing)
        - probability(query, labels[thing])
        - 2 * box(boxes, query).giou(box(wanted, thing));
  }

  /** The best choice of queries for the things of a picture from one on. */
  private double best(
      int picture, int thing, int[] chosen, int[] found, double before, double[] least) {
    if (thing == THINGS || labels[picture * THINGS + thing] < 0) {
      if (before < least[0]) {
        least[0] = before;
        System.arraycopy(chosen, 0, found, 0, THINGS);
      }
      return least[0];
    }
    for (int q = 0; q < QUERIES; q++) {
      boolean free = true;
      for (int t = 0; t < thing; t++) {
        free &= chosen[t] != q;
      }
      if (free) {
        chosen[thing] = q;
        double more = cost(picture * QUERIES + q, picture * THINGS + thing);
        best(picture, thing + 1, chosen, found, before + more, least);
      }
    }
    return least[0];
  }

  private double expected(int pictures) {
    double entropy = 0;
    double weights = 0;
    double apart = 0;
    int count = 0;
    for (int b = 0; b < pictures; b++) {
      int[] found = new int[THINGS];
      best(b, 0, new int[THINGS], found, 0, new double[] {Double.POSITIVE_INFINITY});
      long[] kinds = new long[QUERIES];
      java.util.Arrays.fill(kinds, KINDS - 1);
      for (int t = 0; t < THINGS; t++) {
        int thing = b * THINGS + t;
        if (labels[thing] >= 0) {
          int query = b * QUERIES + found[t];
          kinds[found[t]] = labels[thing];
          apart += 5 * distance(query, thing);
          apart += 2 * (1 - box(boxes, query).giou(box(wanted, thing)));
          count++;
        }
      }
      for (int q = 0; q < QUERIES; q++) {
        double weight = kinds[q] == KINDS - 1 ? 0.1 : 1;
        entropy -= weight * Math.log(probability(b * QUERIES + q, kinds[q]));
        weights += weight;
      }
    }
    return entropy / weights + apart / Math.max(count, 1);
  }

  private void fill() {
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    for (float[] all : List.of(boxes, wanted)) {
      for (int i = 0; i < all.length; i++) {
        all[i] = 0.1f + 0.4f * random.nextFloat();
      }
    }
  }

  private double value(boolean weighted) {
    GraphBuilder g = new GraphBuilder("loss");
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("logits", Tensor.of(logits, BATCH, QUERIES, KINDS));
    inputs.put("boxes", Tensor.of(boxes, BATCH, QUERIES, 4));
    inputs.put("labels", Tensor.of(labels, BATCH, THINGS));
    inputs.put("wanted", Tensor.of(wanted, BATCH, THINGS, 4));
    Map<String, Flow> flows = new HashMap<>();
    inputs.forEach((name, x) -> flows.put(name, Flow.of(g, g.input(name, x.type()))));
    Optional<Flow> weights =
        weighted
            ? Optional.of(Flow.of(g, g.constant(Tensor.of(new float[] {1, 0, 0}, BATCH))))
            : Optional.empty();
    Flow loss =
        LOSS.value(
            List.of(flow(flows, "logits"), flow(flows, "boxes")),
            List.of(flow(flows, "labels"), flow(flows, "wanted")),
            weights);
    g.output("loss", loss.value());
    try (Session session = new Model(g.build(), Map.of(), Map.of()).compile();
        Outputs outputs = session.run(inputs)) {
      return outputs.get("loss").getDouble(0);
    }
  }

  private static Flow flow(Map<String, Flow> flows, String name) {
    return java.util.Objects.requireNonNull(flows.get(name));
  }

  @Test
  void everyThingHasTheBoxThatCostsLeast() {
    for (int round = 0; round < 5; round++) {
      fill();
      assertEquals(expected(BATCH), value(false), 1e-4);
      // Pictures that only fill up a batch do not count.
      assertEquals(expected(1), value(true), 1e-4);
    }
  }

  @Test
  void aPictureIsLearnt() {
    Config config =
        Config.of(
            """
            {"model_type": "detr", "architectures": ["DetrForObjectDetection"],
             "use_timm_backbone": false, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1,
             "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16,
             "decoder_ffn_dim": 16, "num_queries": 5, "dropout": 0.0,
             "backbone_config": {"model_type": "resnet", "embedding_size": 8,
               "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1], "layer_type": "basic",
               "out_features": ["stage4"]},
             "id2label": {"0": "cup", "1": "pen"}}
            """);
    float[] pixels = new float[3 * 64 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    Map<String, Tensor> batch =
        Map.of(
            "pixel_values", Tensor.of(pixels, 1, 3, 64, 64),
            "class_labels", Tensor.of(new long[] {0, 1}, 1, 2),
            "boxes",
                Tensor.of(new float[] {0.3f, 0.4f, 0.2f, 0.3f, 0.7f, 0.5f, 0.4f, 0.2f}, 1, 2, 4));
    try (Pretrained model = Pretrained.initialized(config);
        Trainer trainer =
            Trainer.builder(model.net())
                .loss(model.objective())
                .optimizer(Optimizers.adamW(2e-3))
                .seed(1)
                .build()) {
      double first = trainer.step(batch);
      double last = first;
      for (int i = 0; i < 400; i++) {
        last = trainer.step(batch);
      }
      assertTrue(last < first / 5, first + " at first, then " + last);
    }
  }
}
