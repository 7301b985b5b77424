package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.TensorFiles;
import dev.gatun.train.data.Pixels;
import dev.gatun.train.data.Resampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Transforms of the picture {@code image/src} against Pillow and torchvision. Names of the values
 * say what was done: {@code brightness_1_3} is a factor of 1.3, {@code pil_bicubic_74x106} is a
 * size. What a name leaves open is written below.
 */
class ImageGoldenTests {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  @TestFactory
  Stream<DynamicTest> transforms() {
    Path file = Shared.golden().resolve("classic.safetensors");
    assumeTrue(Files.exists(file), "no reference values in " + file);
    Map<String, Tensor> all = TensorFiles.read(file);
    Tensor rows = Objects.requireNonNull(all.get("image/src"), "no image/src");
    int height = (int) rows.shape().size(0);
    int width = (int) rows.shape().size(1);
    Tensor bytes = planes(rows);
    Tensor floats = Pixels.toFloats(bytes, 1 / 255f, 0);
    List<DynamicTest> tests = new ArrayList<>();
    all.forEach(
        (key, expected) -> {
          if (key.startsWith("image/") && !key.equals("image/src")) {
            String name = key.substring("image/".length());
            tests.add(
                DynamicTest.dynamicTest(
                    name, () -> check(name, expected, bytes, floats, height, width)));
          }
        });
    assertFalse(tests.isEmpty());
    return tests.stream();
  }

  private static void check(
      String name, Tensor expected, Tensor bytes, Tensor floats, int height, int width) {
    if (name.startsWith("pil_")) {
      String[] parts = name.split("_", -1);
      Resampling how = Resampling.valueOf(parts[1].toUpperCase(Locale.ROOT));
      String[] size = parts[2].split("x", -1);
      Tensor resized = how.resize(bytes, Integer.parseInt(size[0]), Integer.parseInt(size[1]));
      // Every byte is Pillow's.
      assertEquals(planes(expected), resized, name);
      return;
    }
    double number = number(name);
    Tensor actual =
        switch (name.replaceAll("_[0-9_]+$", "")) {
          case "affine" -> Warp.affine(height, width, 15, 3, -2, 1.2, 5, 0).picture(floats);
          case "brightness" -> Colours.brightness(floats, number);
          case "contrast" -> Colours.contrast(floats, number);
          case "saturation" -> Colours.saturation(floats, number);
          case "hue" -> Colours.hue(floats, number);
          case "gray" -> Colours.grey(floats, (int) expected.shape().size(0));
          case "hflip" -> Warp.flip(height, width).picture(floats);
          case "rotate" -> Warp.rotation(number, height, width).picture(floats);
          case "center_crop" ->
              Warp.centerCrop(height, width, (int) number, (int) number).picture(floats);
          case "gaussian_blur" -> Blur.gaussian(floats, (int) number, 1.2);
          case "normalize_imagenet" -> Colours.normalize(floats, MEAN, DEVIATION);
          default -> throw new AssertionError("no transform is known for " + name);
        };
    assertEquals(expected.shape(), actual.shape(), name);
    for (long i = 0; i < expected.elements(); i++) {
      assertEquals(expected.getFloat(i), actual.getFloat(i), 2e-5, name + " element " + i);
    }
  }

  /** 1_3 at the end of a name is 1.3. */
  private static double number(String name) {
    String digits = name.replaceFirst("^[a-z_]+", "");
    return digits.isEmpty() ? 0 : Double.parseDouble(digits.replace('_', '.'));
  }

  /** [H, W, C] as [C, H, W]. */
  private static Tensor planes(Tensor rows) {
    int height = (int) rows.shape().size(0);
    int width = (int) rows.shape().size(1);
    int channels = (int) rows.shape().size(2);
    long[] planes = new long[height * width * channels];
    for (int i = 0; i < height * width; i++) {
      for (int c = 0; c < channels; c++) {
        planes[c * height * width + i] = rows.getLong((long) i * channels + c);
      }
    }
    return Tensor.whole(DType.U8, dev.gatun.core.tensor.Shape.of(channels, height, width), planes);
  }
}
