package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Resampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of image processors become sizes, parts and numbers. */
class PreprocessingTests {
  @TempDir private Path folder = Path.of("");

  private Preprocessing of(String json) throws Exception {
    Files.writeString(folder.resolve("preprocessor_config.json"), json);
    return Preprocessing.read(folder);
  }

  private static Tensor picture(int height, int width) {
    Random random = new Random(1);
    long[] levels = random.longs(3L * height * width, 0, 256).toArray();
    return Tensor.whole(DType.U8, Shape.of(3, height, width), levels);
  }

  @Test
  void visionTransformersTakeSquares() throws Exception {
    Preprocessing p =
        of(
            """
            {"do_normalize": true, "do_resize": true, "feature_extractor_type":
             "ViTFeatureExtractor", "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
             "resample": 2, "size": 12}
            """);
    Tensor x = picture(20, 30);
    Tensor y = p.apply(x);
    assertEquals(Shape.of(3, 12, 12), y.shape());
    Tensor resized = Resampling.BILINEAR.resize(x, 12, 12);
    for (long i = 0; i < y.elements(); i++) {
      assertEquals(resized.getLong(i) / 127.5 - 1, y.getFloat(i), 1e-6);
    }
  }

  @Test
  void clipCutsTheMiddleOutOfTheShorterSide() throws Exception {
    Preprocessing p =
        of(
            """
            {"image_processor_type": "CLIPImageProcessor", "do_resize": true,
             "size": {"shortest_edge": 10}, "resample": 3, "do_center_crop": true,
             "crop_size": {"height": 10, "width": 8}, "do_rescale": true,
             "rescale_factor": 0.5, "do_normalize": false, "do_convert_rgb": true}
            """);
    Tensor x = picture(20, 31);
    Tensor y = p.apply(x);
    assertEquals(Shape.of(3, 10, 8), y.shape());
    Tensor resized = Resampling.BICUBIC.resize(x, 10, 15);
    assertEquals(resized.getLong(3) * 0.5, y.getFloat(0), 1e-6); // (15 - 8) / 2, rounded down
  }

  @Test
  void sizesKeepRatiosWithinBounds() throws Exception {
    TargetSize detr =
        of("""
                {"feature_extractor_type": "DetrFeatureExtractor", "size": 800, "max_size": 1333,
                 "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
                """)
            .size()
            .orElseThrow();
    assertArrayEquals(new int[] {800, 1066}, detr.of(480, 640));
    assertArrayEquals(new int[] {1066, 800}, detr.of(640, 480));
    assertArrayEquals(new int[] {666, 1333}, detr.of(500, 1000)); // the longer side decides
    assertArrayEquals(new int[] {800, 900}, detr.of(800, 900));
    assertEquals(
        TargetSize.shorterSide(800, 1333),
        of("""
                {"size": {"shortest_edge": 800, "longest_edge": 1333}, "do_pad": true,
                 "image_mean": [0, 0, 0], "image_std": [1, 1, 1]}
                """)
            .size()
            .orElseThrow());
  }

  @Test
  void convNextCutsSmallPicturesOutOfLargerOnes() throws Exception {
    Preprocessing p =
        of(
            """
            {"feature_extractor_type": "ConvNextFeatureExtractor", "size": 224, "crop_pct": 0.875,
             "resample": 3, "image_mean": [0.5, 0.5, 0.5], "image_std": [1, 1, 1]}
            """);
    assertEquals(TargetSize.shorterSide(256), p.size().orElseThrow());
    assertEquals(Shape.of(3, 224, 224), p.apply(picture(100, 90)).shape());
  }

  @Test
  void smallPicturesAreFilledUpAndColoursReversed() throws Exception {
    Preprocessing p =
        of(
            """
            {"do_resize": false, "do_center_crop": true, "crop_size": 4, "do_rescale": false,
             "do_normalize": false, "do_flip_channel_order": true}
            """);
    Tensor x = picture(2, 2);
    Tensor y = p.apply(x);
    assertEquals(Shape.of(3, 4, 4), y.shape());
    assertEquals(0, y.getFloat(0));
    assertEquals(x.getFloat(8), y.getFloat(5));
    assertEquals(x.getFloat(0), y.getFloat(32 + 5));
  }

  @Test
  void filesSayWhatWasWritten() throws Exception {
    Preprocessing cut =
        of(
            """
            {"feature_extractor_type": "ConvNextFeatureExtractor", "size": 224, "crop_pct": 0.875,
             "resample": 3, "image_mean": [0.5, 0.4, 0.3], "image_std": [1, 0.5, 0.25]}
            """);
    Preprocessing grey = of("{\"size\": 9, \"image_mean\": [0.5], \"image_std\": [0.25]}");
    Preprocessing plain =
        of("{\"do_resize\": false, \"do_rescale\": false, \"do_flip_channel_order\": true}");
    Preprocessing bounded = cut.unsized().resized(TargetSize.shorterSide(800, 1333));
    for (Preprocessing p : List.of(cut, grey, plain, bounded)) {
      p.save(folder);
      assertEquals(p, Preprocessing.read(folder));
    }
    assertTrue(Failure.of(() -> Preprocessing.IMAGENET.save(folder)).contains("cannot say"));
  }

  @Test
  void wrongFilesAreNamed() throws Exception {
    assertTrue(Failure.of(() -> of("[1")).contains("preprocessor_config.json: cannot be read"));
    assertTrue(Failure.of(() -> of("{\"do_resize\": true}")).contains("'size' is missing"));
    assertTrue(Failure.of(() -> of("{\"do_ocr\": true}")).contains("'do_ocr' is not known"));
    assertTrue(Failure.of(() -> of("{\"resample\": 9}")).contains("0 to 5"));
    assertTrue(Failure.of(() -> of("{\"size\": {\"w\": 1}}")).contains("shortest_edge"));
    assertTrue(
        Failure.of(() -> of("{\"image_mean\": [1, 2], \"size\": 3}")).contains("1 or 3 numbers"));
    Preprocessing p = Preprocessing.IMAGENET;
    assertTrue(
        Failure.of(() -> p.apply(Tensor.of(new float[12], 3, 2, 2))).contains("uint8 pictures"));
    assertTrue(
        Failure.of(() -> Preprocessing.read(folder.resolve("gone"))).contains("cannot be read"));
  }

  @Test
  void imageNetsPreprocessing() {
    assertEquals(Shape.of(3, 224, 224), Preprocessing.IMAGENET.apply(picture(300, 260)).shape());
  }
}
