package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.vision.Augment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that knows other pictures learns two kinds of cells from a few of each. */
class ImageTuningTests {
  private static final int SIDE = 32;
  private static final String RESNET =
      """
      {"model_type": "resnet", "architectures": ["ResNetForImageClassification"],
       "embedding_size": 16, "hidden_sizes": [16, 32, 48], "depths": [1, 1, 1],
       "layer_type": "basic", "num_channels": 3, "num_labels": 6}
      """;
  @TempDir private Path folder = Path.of("");

  /** What a pixel's light is, from 0 to 1, at places from -1 to 1. */
  @FunctionalInterface
  private interface Light {
    double at(double u, double v);
  }

  private static Tensor picture(Light light, Random random) {
    double[] colour = {
      0.5 + 0.5 * random.nextDouble(),
      0.5 + 0.5 * random.nextDouble(),
      0.5 + 0.5 * random.nextDouble()
    };
    double bright = 0.6 + 0.4 * random.nextDouble();
    long[] levels = new long[3 * SIDE * SIDE];
    for (int i = 0; i < levels.length; i++) {
      int row = i % (SIDE * SIDE) / SIDE;
      double value =
          colour[i / (SIDE * SIDE)]
              * bright
              * light.at(2.0 * (i % SIDE) / SIDE - 1, 2.0 * row / SIDE - 1);
      levels[i] = Math.clamp(Math.round(255 * value + 12 * random.nextGaussian()), 0, 255);
    }
    return Tensor.whole(DType.U8, Shape.of(3, SIDE, SIDE), levels);
  }

  /** Six things that have nothing to do with cells: stripes, dots, rings and a square. */
  private static ImageTuning.Example other(Random random) {
    int kind = random.nextInt(6);
    double phase = 6 * random.nextDouble();
    double width = 7 + 4 * random.nextDouble();
    double x = 0.5 * random.nextDouble() - 0.25;
    double y = 0.5 * random.nextDouble() - 0.25;
    Light light =
        switch (kind) {
          case 0 -> (u, v) -> 0.5 + 0.4 * Math.sin(width * u + phase);
          case 1 -> (u, v) -> 0.5 + 0.4 * Math.sin(width * v + phase);
          case 2 -> (u, v) -> 0.5 + 0.4 * Math.sin(width * u + phase) * Math.sin(width * v + phase);
          case 3 -> (u, v) -> 0.5 + 0.4 * Math.sin(width * Math.hypot(u - x, v - y) + phase);
          case 4 -> (u, v) -> Math.hypot(u - x, v - y) < 0.05 * width ? 0.9 : 0.3;
          default ->
              (u, v) -> Math.max(Math.abs(u - x), Math.abs(v - y)) < 0.05 * width ? 0.9 : 0.3;
        };
    return ImageTuning.Example.of(picture(light, random), "kind" + kind);
  }

  /** A cell with one round nucleus, or with a large one that is lobed. */
  private static ImageTuning.Example cell(boolean sick, Random random) {
    double x = 0.4 * random.nextDouble() - 0.2;
    double y = 0.4 * random.nextDouble() - 0.2;
    double size = 0.6 + 0.15 * random.nextDouble();
    double nucleus = size * (0.35 + 0.15 * random.nextDouble());
    double angle = 6 * random.nextDouble();
    double lobes = sick ? 0.5 : 0;
    Light light =
        (u, v) -> {
          double far = Math.hypot(u - x, v - y);
          double edge = nucleus * (1 + lobes * Math.cos(3 * (Math.atan2(v - y, u - x) + angle)));
          return far < edge ? 0.25 : far < size ? 0.65 : 0.95;
        };
    return ImageTuning.Example.of(picture(light, random), sick ? "sick" : "sound");
  }

  private static List<ImageTuning.Example> others(int count, long seed) {
    Random random = new Random(seed);
    List<ImageTuning.Example> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(other(random));
    }
    return all;
  }

  private static List<ImageTuning.Example> cells(int count, long seed) {
    Random random = new Random(seed);
    List<ImageTuning.Example> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(cell(i % 2 == 1, random));
    }
    return all;
  }

  /** A folder with first weights. */
  private Path first() throws Exception {
    Path made = folder.resolve("first");
    try (Pretrained model = Pretrained.initialized(Config.of(RESNET))) {
      model.save(made);
    }
    Files.writeString(
        made.resolve("preprocessor_config.json"),
        """
        {"do_resize": true, "size": {"height": 32, "width": 32}, "resample": 2,
         "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}
        """);
    return made;
  }

  @Test
  @Tag("slow")
  void theBodyStaysUntilAllIsTrained() throws Exception {
    Path first = first();
    List<ImageTuning.Example> cells = cells(12, 3);
    Path saved = folder.resolve("tuned");
    Map<String, Tensor> before;
    try (Pretrained model = Pretrained.load(first)) {
      before = model.weights();
      assertTrue(before.keySet().stream().anyMatch(n -> n.contains("running_mean")));
      try (ImageClassifier tuned =
          ImageTuning.DEFAULT.epochs(2, 0).batch(5).rates(0.01, 1e-3).tune(first, cells)) {
        tuned.save(saved);
        List<Labelled> found = tuned.classify(cells.get(0).picture().apply(3), 9);
        assertEquals(2, found.size());
        try (ImageClassifier again = ImageClassifier.load(saved)) {
          assertEquals(found, again.classify(cells.get(0).picture().apply(3), 9));
          assertEquals(
              ImageTuning.accuracy(tuned, cells), ImageTuning.accuracy(again, cells), 1e-12);
        }
      }
    }
    try (Pretrained tuned = Pretrained.load(saved)) {
      assertEquals(List.of("sick", "sound"), tuned.config().labels());
      int body = 0;
      for (Map.Entry<String, Tensor> weight : tuned.weights().entrySet()) {
        if (weight.getKey().startsWith("resnet.")) {
          // Bit for bit, running statistics of norms too.
          assertEquals(before.get(weight.getKey()), weight.getValue(), weight.getKey());
          body++;
        }
      }
      assertTrue(body > 20, body + " weights of the body");
    }
    Path all = folder.resolve("all");
    try (ImageClassifier tuned =
        ImageTuning.DEFAULT
            .epochs(0, 1)
            .batch(5)
            .augmented(Augment.picture(ImageTuning.PICTURE).quarterTurns())
            .tune(first, cells)) {
      tuned.save(all);
    }
    try (Pretrained tuned = Pretrained.load(all)) {
      String weight = "resnet.embedder.embedder.convolution.weight";
      assertTrue(before.containsKey(weight), before.keySet().toString());
      assertNotEquals(before.get(weight), tuned.weights().get(weight));
    }
  }

  @Test
  void whatDoesNotFitIsNamed() throws Exception {
    Path first = first();
    List<ImageTuning.Example> cells = cells(4, 3);
    assertTrue(
        message(() -> ImageTuning.DEFAULT.tune(first, cells.subList(0, 1)).close())
            .contains("at least two classes"));
    assertTrue(message(() -> ImageTuning.DEFAULT.epochs(0, 0)).contains("an epoch"));
    assertTrue(message(() -> ImageTuning.DEFAULT.rates(0, 1)).contains("must be positive"));
    Files.writeString(first.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
    assertTrue(
        message(() -> ImageTuning.DEFAULT.tune(first, cells).close()).contains("sorts pictures"));
    assertFalse(Files.exists(folder.resolve("gone")));
    assertThrows(GatunException.class, () -> ImageTuning.Example.read(folder.resolve("gone")));
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  @Test
  @Tag("acceptance")
  void twoKindsOfCellsAreToldAfterAFewExamples() throws Exception {
    Path known = folder.resolve("known");
    // What a published network would have learnt before.
    try (ImageClassifier before =
        ImageTuning.DEFAULT
            .epochs(0, 12)
            .batch(32)
            .rates(1e-3, 4e-3)
            .tune(first(), others(900, 1))) {
      double accuracy = ImageTuning.accuracy(before, others(300, 2));
      System.out.printf("other pictures: %.3f%n", accuracy);
      assertTrue(accuracy >= 0.9, "other pictures " + accuracy);
      before.save(known);
    }
    List<ImageTuning.Example> few = cells(60, 5);
    List<ImageTuning.Example> unseen = cells(400, 6);
    Augment augment = Augment.picture(ImageTuning.PICTURE);
    ImageTuning tuning =
        ImageTuning.DEFAULT
            .batch(10)
            .rates(0.01, 1e-3)
            .augmented(augment.flip(0.5).then(augment.quarterTurns()));
    double frozen;
    double tuned;
    try (ImageClassifier head = tuning.epochs(20, 0).tune(known, few);
        ImageClassifier all = tuning.epochs(20, 20).tune(known, few)) {
      frozen = ImageTuning.accuracy(head, unseen);
      tuned = ImageTuning.accuracy(all, unseen);
    }
    System.out.printf("cells from 30 of each kind: frozen %.3f, tuned %.3f%n", frozen, tuned);
    assertTrue(frozen >= 0.65, "frozen " + frozen);
    assertTrue(tuned >= 0.9, "tuned " + tuned);
  }
}
