package dev.gatun.models.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.train.Trainer;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.vision.Box;
import dev.gatun.vision.MeanPrecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks for regions learn pictures by heart and find what is in them. */
class RegionNetTests {
  private static final int SIDE = 96;

  /** Pictures of discs (class 1) and squares (class 2), which may overlap. */
  private record Scenes(Tensor pictures, Tensor boxes, Tensor labels, Tensor masks) {
    static Scenes of(int count, int things, long seed) {
      Random random = new Random(seed);
      float[] x = new float[count * 3 * SIDE * SIDE];
      float[] boxes = new float[count * things * 4];
      long[] labels = new long[count * things];
      float[] masks = new float[count * things * SIDE * SIDE];
      for (int i = 0; i < count; i++) {
        for (int t = 0; t < things; t++) {
          int size = 24 + random.nextInt(16);
          // Beside each other, a little over each other.
          int left = t * 36 + random.nextInt(8);
          int top = random.nextInt(SIDE - size);
          boolean disc = random.nextBoolean();
          int k = i * things + t;
          labels[k] = disc ? 1 : 2;
          left = Math.min(left, SIDE - size);
          float[] corners = {left, top, left + size, top + size};
          System.arraycopy(corners, 0, boxes, 4 * k, 4);
          float colour = 0.5f + 0.5f * random.nextFloat();
          for (int p = 0; p < size * size; p++) {
            int row = p / size;
            int column = p % size;
            double v = row + 0.5 - size / 2.0;
            double u = column + 0.5 - size / 2.0;
            if (!disc || v * v + u * u < size * size / 4.0) {
              int at = (top + row) * SIDE + left + column;
              masks[k * SIDE * SIDE + at] = 1;
              for (int earlier = i * things; earlier < k; earlier++) {
                masks[earlier * SIDE * SIDE + at] = 0;
              }
              for (int c = 0; c < 3; c++) {
                x[(3 * i + c) * SIDE * SIDE + at] = c == (disc ? 0 : 1) ? colour : -colour;
              }
            }
          }
        }
      }
      return new Scenes(
          Tensor.of(x, count, 3, SIDE, SIDE),
          Tensor.of(boxes, count, things, 4),
          Tensor.of(labels, count, things),
          Tensor.of(masks, count, things, SIDE, SIDE));
    }

    Map<String, Tensor> batch(boolean masked) {
      Map<String, Tensor> batch =
          new java.util.HashMap<>(
              Map.of("pixel_values", pictures, "boxes", boxes, "labels", labels));
      if (masked) {
        batch.put("masks", masks);
      }
      return batch;
    }

    double precision(Map<String, Tensor> found) {
      MeanPrecision<Box> precision = MeanPrecision.ofBoxes(MeanPrecision.Curve.POINTS_101);
      for (int i = 0; i < labels.shape().size(0); i++) {
        List<MeanPrecision.Found<Box>> all = new ArrayList<>();
        int rows = (int) get(found, "scores").shape().size(1);
        for (int k = i * rows; k < (i + 1) * rows; k++) {
          if (get(found, "scores").getFloat(k) > 0) {
            all.add(
                new MeanPrecision.Found<>(
                    (int) get(found, "labels").getLong(k),
                    get(found, "scores").getFloat(k),
                    box(get(found, "boxes"), k)));
          }
        }
        List<MeanPrecision.Truth<Box>> truths = new ArrayList<>();
        int things = (int) labels.shape().size(1);
        for (int k = i * things; k < (i + 1) * things; k++) {
          truths.add(new MeanPrecision.Truth<>((int) labels.getLong(k), box(boxes, k), false));
        }
        precision.add(all, truths);
      }
      return precision.value(0.5);
    }
  }

  private static Tensor get(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name), name);
  }

  private static Box box(Tensor boxes, int i) {
    return new Box(
        boxes.getFloat(4L * i),
        boxes.getFloat(4L * i + 1),
        boxes.getFloat(4L * i + 2),
        boxes.getFloat(4L * i + 3));
  }

  private static Config config(String norm, int learnt, long classes) {
    return Config.of(
        """
        {"model_type": "torchvision", "num_labels": %d, "norm": "%s", "out_channels": 32,
         "representation_size": 64, "box_batch_size_per_image": %d,
         "rpn_pre_nms_top_n_train": 200, "rpn_post_nms_top_n_train": 100,
         "rpn_pre_nms_top_n_test": 200, "rpn_post_nms_top_n_test": 100,
         "box_detections_per_img": 20}
        """
            .formatted(classes, norm, learnt));
  }

  /** A narrow network. */
  private static Pretrained small(boolean masks) {
    RegionNet net = new RegionNet(ResidualNet.of(false, 1, 1, 1, 1), masks);
    Config config = config("batch", 32, 3);
    return Pretrained.initialized(config, net.architecture(config, 3));
  }

  @Tag("acceptance")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fewPicturesAreLearnt(boolean masks) {
    Scenes scenes = Scenes.of(2, 2, 3);
    try (Pretrained network = small(masks)) {
      String[] inputs = scenes.batch(masks).keySet().toArray(new String[0]);
      try (Trainer trainer =
          Trainer.builder(network.net(inputs))
              .loss(network.objective())
              .optimizer(Optimizers.adamW(1e-3))
              .seed(1)
              .build()) {
        double first = trainer.step(scenes.batch(masks));
        double last = first;
        for (int i = 0; i < 60; i++) {
          last = trainer.step(scenes.batch(masks));
        }
        assertTrue(last < first / 2, first + " at first, then " + last);
        try (Pretrained trained = network.with(trainer.net())) {
          Map<String, Tensor> found = trained.predict(Map.of("pixel_values", scenes.pictures()));
          assertEquals(Shape.of(2, 20, 4), get(found, "boxes").shape());
          assertTrue(scenes.precision(found) > 0.5, "mAP " + scenes.precision(found));
          if (masks) {
            assertEquals(Shape.of(2, 20, 28, 28), get(found, "masks").shape());
          }
        }
      }
    }
  }
}
