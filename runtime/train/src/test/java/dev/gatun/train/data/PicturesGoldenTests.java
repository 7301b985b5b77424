package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Golden;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Resized pictures of {@code classic.json}. */
class PicturesGoldenTests {
  private static Golden golden() throws Exception {
    var golden = Golden.read("classic");
    assumeTrue(golden.isPresent(), "there are no reference values");
    return golden.get();
  }

  @TestFactory
  Stream<DynamicTest> resizedPictures() throws Exception {
    Golden golden = golden();
    Tensor src = channelsFirst(Objects.requireNonNull(golden.tensors().get("image/src")));
    return golden.tensors().keySet().stream()
        .filter(name -> name.startsWith("image/pil_"))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Resampling how =
                          name.contains("bicubic") ? Resampling.BICUBIC : Resampling.BILINEAR;
                      Tensor expected =
                          channelsFirst(Objects.requireNonNull(golden.tensors().get(name)));
                      Tensor actual =
                          how.resize(
                              src, (int) expected.shape().size(1), (int) expected.shape().size(2));
                      assertEquals(expected.shape(), actual.shape());
                      for (long i = 0; i < expected.elements(); i++) {
                        assertEquals(
                            expected.getDouble(i), actual.getDouble(i), 1.0, "element " + i);
                      }
                    }));
  }

  private static Tensor channelsFirst(Tensor picture) {
    int height = (int) picture.shape().size(0);
    int width = (int) picture.shape().size(1);
    int channels = (int) picture.shape().size(2);
    long[] planes = new long[channels * height * width];
    int area = height * width;
    for (int i = 0; i < planes.length; i++) {
      int at = i % area * channels + i / area;
      planes[i] = picture.getLong(at);
    }
    return Tensor.whole(
        picture.dtype(), dev.gatun.core.tensor.Shape.of(channels, height, width), planes);
  }
}
