package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.train.metric.VectorIndex;
import dev.gatun.vision.Components;
import dev.gatun.vision.Preprocessing;
import dev.gatun.vision.Tiling;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders become classifiers, segmenters and detectors. */
class PictureTasksTests {
  private static final String VIT =
      """
      {"model_type": "vit", "architectures": ["ViTForImageClassification"], "image_size": 16,
       "patch_size": 8, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
       "intermediate_size": 24, "id2label": {"0": "cat", "1": "dog", "2": "bird"}}
      """;
  private static final String RESNET =
      """
      {"model_type": "resnet", "architectures": ["ResNetForImageClassification"],
       "embedding_size": 8, "hidden_sizes": [8, 12], "depths": [1, 1], "layer_type": "basic"}
      """;
  private static final String SEGFORMER =
      """
      {"model_type": "segformer", "architectures": ["SegformerForSemanticSegmentation"],
       "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1],
       "num_attention_heads": [1, 1, 2, 2], "decoder_hidden_size": 16,
       "id2label": {"0": "sky", "1": "sea", "2": "land", "3": "ship"}}
      """;
  private static final String DETR =
      """
      {"model_type": "detr", "architectures": ["DetrForObjectDetection"],
       "use_timm_backbone": false, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1,
       "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16,
       "decoder_ffn_dim": 16, "num_queries": 5,
       "backbone_config": {"model_type": "resnet", "embedding_size": 8,
         "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1], "layer_type": "basic",
         "out_features": ["stage4"]},
       "id2label": {"0": "cup", "1": "pen"}}
      """;
  @TempDir private Path folder = Path.of("");

  /** A folder with first weights. */
  private Path folder(String config, int side) throws Exception {
    try (Pretrained model = Pretrained.initialized(Config.of(config))) {
      model.save(folder);
    }
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        """
        {"do_resize": true, "size": {"height": %d, "width": %d}, "resample": 2,
         "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
        """
            .formatted(side, side));
    return folder;
  }

  private static Tensor picture(int seed) {
    return picture(seed, 20, 30);
  }

  private static Tensor picture(int seed, int height, int width) {
    long[] levels = new Random(seed).longs(3L * height * width, 0, 256).toArray();
    return Tensor.whole(DType.U8, Shape.of(3, height, width), levels);
  }

  /** A BMP file, 24 bits a pixel, rows from below and filled up to four bytes. */
  private Path file(Tensor picture) throws Exception {
    int row = 92;
    ByteBuffer bmp = ByteBuffer.allocate(54 + 20 * row).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(54);
    bmp.putInt(40).putInt(30).putInt(20).putShort((short) 1).putShort((short) 24);
    for (int i = 0; i < 600; i++) {
      int line = 19 - i / 30;
      for (int c = 0; c < 3; c++) {
        byte level = (byte) picture.getLong((2L - c) * 600 + i);
        bmp.put(54 + line * row + i % 30 * 3 + c, level);
      }
    }
    return Files.write(folder.resolve("picture.bmp"), bmp.array());
  }

  @Test
  void picturesAreClassified() throws Exception {
    Path vit = folder(VIT, 16);
    try (ImageClassifier classifier = ImageClassifier.load(vit);
        Pretrained model = Pretrained.load(vit)) {
      List<Labelled> all = classifier.classify(picture(1), 10);
      assertEquals(3, all.size());
      Tensor x = Preprocessing.read(vit).apply(picture(1)).reshape(Shape.of(1, 3, 16, 16));
      Tensor logits =
          Objects.requireNonNull(model.predict(Map.of("pixel_values", x)).get("logits"));
      double sum = 0;
      for (int i = 0; i < 3; i++) {
        sum += Math.exp(logits.getFloat(i));
      }
      double total = 0;
      for (Labelled found : all) {
        assertEquals(Math.exp(logits.getFloat(found.number())) / sum, found.score(), 1e-6);
        assertEquals(List.of("cat", "dog", "bird").get(found.number()), found.label());
        total += found.score();
      }
      assertEquals(1, total, 1e-6);
      assertTrue(all.get(0).score() >= all.get(1).score());
      assertEquals(all.subList(0, 1), classifier.classify(file(picture(1)), 1));
    }
  }

  @Test
  void threadsGetWhatOneThreadGets() throws Exception {
    try (ImageClassifier classifier = ImageClassifier.load(folder(VIT, 16));
        ExecutorService threads = Executors.newFixedThreadPool(16)) {
      List<List<Labelled>> expected = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        expected.add(classifier.classify(picture(i), 3));
      }
      List<Future<List<Labelled>>> found = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        int seed = i;
        found.add(threads.submit(() -> classifier.classify(picture(seed), 3)));
      }
      for (int i = 0; i < 64; i++) {
        assertEquals(expected.get(i), found.get(i).get());
      }
    }
  }

  @Test
  void pixelsAreToldApartInThePicturesOwnSize() throws Exception {
    try (Segmenter segmenter = Segmenter.load(folder(SEGFORMER, 64))) {
      Segmentation found = segmenter.segment(picture(2));
      assertEquals(Shape.of(20, 30), found.map().shape());
      double sum = 0;
      for (Labelled part : found.parts()) {
        sum += part.score();
      }
      assertEquals(1, sum, 1e-9);
      assertEquals(4, found.labels().size());
      assertEquals("land", found.labels().get(2));
    }
  }

  @Test
  void largePicturesAreLookedAtInTiles() throws Exception {
    Path segformer = folder(SEGFORMER, 64);
    Preprocessing unsized = Preprocessing.read(segformer).unsized();
    try (Segmenter segmenter = Segmenter.load(segformer);
        Segmenter whole = Segmenter.load(segformer, unsized)) {
      Tensor square = picture(4, 64, 64);
      Tensor map = whole.segment(square).map();
      assertEquals(map, segmenter.tiled(Tiling.of(64, 0)).segment(square).map());
      Segmentation large = segmenter.tiled(Tiling.of(64, 16)).segment(picture(5, 100, 150));
      assertEquals(Shape.of(100, 150), large.map().shape());
      for (Labelled part : large.parts()) {
        Tensor mask = large.mask(part.number());
        long count = java.util.Arrays.stream(mask.toLongs()).sum();
        assertEquals(part.score(), count / 15_000.0, 1e-9);
        assertEquals(
            count, Components.of(mask).parts().stream().mapToLong(Components.Part::area).sum());
      }
    }
  }

  @Test
  void picturesAreVectors() throws Exception {
    for (String config : List.of(VIT, RESNET)) {
      Path network = folder(config, 16);
      try (ImageEmbedder embedder = ImageEmbedder.load(network);
          Pretrained model =
              Pretrained.load(
                  network,
                  LoadOptions.DEFAULT
                      .as(headless(config))
                      .strictness(LoadOptions.Strictness.PARTIAL))) {
        float[] vector = embedder.embed(picture(1));
        Tensor x = Preprocessing.read(network).apply(picture(1)).reshape(Shape.of(1, 3, 16, 16));
        Map<String, Tensor> results = model.predict(Map.of("pixel_values", x));
        double[] expected;
        if (config.equals(VIT)) {
          expected =
              java.util.Arrays.copyOf(
                  Objects.requireNonNull(results.get("last_hidden_state")).toDoubles(), 16);
        } else {
          expected = Objects.requireNonNull(results.get("pooler_output")).toDoubles();
        }
        double length = Math.sqrt(java.util.Arrays.stream(expected).map(v -> v * v).sum());
        assertEquals(expected.length, vector.length);
        for (int i = 0; i < vector.length; i++) {
          assertEquals(expected[i] / length, vector[i], 1e-6);
        }
        assertEquals(1, embedder.similarity(picture(1), picture(1)), 1e-6);
        assertTrue(embedder.similarity(picture(1), picture(2)) < 1 - 1e-7);
        VectorIndex<String> index = new VectorIndex<>(vector.length);
        index.add("first", embedder.embed(file(picture(1))));
        index.add("second", embedder.embed(picture(2)));
        assertEquals("first", index.nearest(vector, 1).get(0).item());
      }
    }
    Path detr = folder(DETR, 64);
    try (ImageEmbedder embedder = ImageEmbedder.load(detr)) {
      assertTrue(message(() -> embedder.embed(picture(1))).contains("for something else"));
    }
  }

  private static String headless(String config) {
    return config.equals(VIT) ? "ViTModel" : "ResNetModel";
  }

  @Test
  void thingsAreFoundInThePicturesPixels() throws Exception {
    Path detr = folder(DETR, 64);
    try (ObjectDetector detector = ObjectDetector.load(detr);
        Pretrained model = Pretrained.load(detr)) {
      List<FoundObject> found = detector.detect(picture(3), 0);
      assertEquals(5, found.size());
      Tensor x = Preprocessing.read(detr).apply(picture(3)).reshape(Shape.of(1, 3, 64, 64));
      Tensor boxes =
          Objects.requireNonNull(model.predict(Map.of("pixel_values", x)).get("pred_boxes"));
      boolean first = false;
      for (FoundObject object : found) {
        first |= Math.abs(object.box().x() - 30 * boxes.getFloat(0)) < 1e-4;
        assertTrue(List.of("cup", "pen").contains(object.what().label()));
      }
      assertTrue(first, "the first query's box is none of " + found);
      assertTrue(detector.detect(picture(3), 1.1).isEmpty());
    }
  }

  @Test
  void whatIsMissingOrForSomethingElseIsNamed() throws Exception {
    Path vit = folder(VIT, 16);
    try (Segmenter segmenter = Segmenter.load(vit)) {
      assertTrue(message(() -> segmenter.segment(picture(1))).contains("for something else"));
    }
    Files.delete(vit.resolve("preprocessor_config.json"));
    assertTrue(message(() -> ImageClassifier.load(vit)).contains("no preprocessor_config.json"));
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }
}
