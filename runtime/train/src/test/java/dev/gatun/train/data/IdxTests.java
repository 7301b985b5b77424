package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import dev.gatun.train.Golden;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IDX files, whole and damaged, and MNIST where it is there. */
class IdxTests {
  @TempDir private Path folder = Path.of("");

  private Path write(String name, byte[] bytes, boolean packed) throws Exception {
    Path path = folder.resolve(name);
    try (OutputStream out =
        packed ? new GZIPOutputStream(Files.newOutputStream(path)) : Files.newOutputStream(path)) {
      out.write(bytes);
    }
    return path;
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void everyElementTypeIsRead() throws Exception {
    for (boolean packed : new boolean[] {false, true}) {
      Tensor u8 =
          Idx.read(write("u8", bytes(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 255), packed));
      assertEquals(Shape.of(2, 2), u8.shape());
      assertArrayEquals(new long[] {1, 2, 3, 255}, u8.toLongs());
      Tensor i8 = Idx.read(write("i8", bytes(0, 0, 9, 1, 0, 0, 0, 1, 255), packed));
      assertArrayEquals(new long[] {-1}, i8.toLongs());
      Tensor i16 = Idx.read(write("i16", bytes(0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 255, 254), packed));
      assertArrayEquals(new long[] {258, -2}, i16.toLongs());
      Tensor i32 = Idx.read(write("i32", bytes(0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 0), packed));
      assertArrayEquals(new long[] {65536}, i32.toLongs());
      byte[] f32 = ByteBuffer.allocate(12).putInt(0x0D01).putInt(1).putFloat(1.5f).array();
      assertArrayEquals(new float[] {1.5f}, Idx.read(write("f32", f32, packed)).toFloats());
      byte[] f64 = ByteBuffer.allocate(16).putInt(0x0E01).putInt(1).putDouble(Math.PI).array();
      assertArrayEquals(new double[] {Math.PI}, Idx.read(write("f64", f64, packed)).toDoubles());
    }
  }

  @Test
  void damageIsNamed() throws Exception {
    assertFails("not the beginning of an IDX file", bytes(1, 2, 3, 4, 5));
    assertFails("ends within its header", bytes(0, 0, 8));
    assertFails("ends within its header", bytes(0, 0, 8, 2, 0, 0, 0, 2));
    assertFails("no element type 0a", bytes(0, 0, 10, 1, 0, 0, 0, 0));
    assertFails("promises", bytes(0, 0, 8, 1, 0, 0, 0, 9, 1));
    assertFails("promises", bytes(0, 0, 8, 1, 0, 0, 0, 1, 1, 2));
    assertFails(
        "promises", bytes(0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255));
    assertFails("there is no such file", null);
    byte[] promise = bytes(0, 0, 8, 1, 0, 0, 0, 9, 1, 2);
    assertTrue(
        Failure.of(() -> Idx.read(write("short", promise, true)))
            .contains("were promised, there are 2"));
    byte[] more = bytes(0, 0, 8, 1, 0, 0, 0, 1, 1, 2);
    assertTrue(Failure.of(() -> Idx.read(write("long", more, true))).contains("goes on after"));
    byte[] huge = bytes(0, 0, 8, 2, 127, 0, 0, 0, 127, 0, 0, 0);
    assertTrue(
        Failure.of(() -> Idx.read(write("huge", huge, true))).contains("cannot be more than"));
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(whole)) {
      out.write(bytes(0, 0, 8, 1, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    }
    for (int length = 3; length < whole.size(); length += 5) {
      Path cut =
          Files.write(folder.resolve("cut"), java.util.Arrays.copyOf(whole.toByteArray(), length));
      assertTrue(Failure.of(() -> Idx.read(cut)).startsWith(cut.toString()), "cut at " + length);
    }
  }

  private void assertFails(String expected, byte @org.jspecify.annotations.Nullable [] contents)
      throws Exception {
    Path path = contents == null ? folder.resolve("none") : write("bad", contents, false);
    String message = Failure.of(() -> Idx.read(path));
    assertTrue(message.startsWith(path.toString()) && message.contains(expected), message);
  }

  @Test
  void picturesAndClassesMustFit() throws Exception {
    Path images =
        write(
            "images",
            bytes(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102),
            false);
    Path labels = write("labels", bytes(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), true);
    IndexedDataset data = Idx.images(images, labels);
    assertEquals(2, data.count());
    Sample second = data.get(1);
    assertEquals(Shape.of(1, 1, 2), second.get("x").shape());
    assertArrayEquals(new float[] {51 / 255f, 102 / 255f}, second.get("x").toFloats(), 1e-7f);
    assertEquals(9, second.get("y").getLong(0));
    assertEquals(images + " image 1", second.origin());
    Path one = write("one", bytes(0, 0, 8, 1, 0, 0, 0, 1, 7), false);
    assertTrue(Failure.of(() -> Idx.images(images, one)).contains("expected a class for each of"));
    assertTrue(
        Failure.of(() -> Idx.images(labels, labels)).contains("expected bytes [N, height, width]"));
  }

  @Test
  void mnistIsReadAndBatched() throws Exception {
    Path mnist = Golden.shared("data").resolve("mnist");
    assumeTrue(Files.isDirectory(mnist), "MNIST is not there");
    IndexedDataset test =
        Idx.images(
            mnist.resolve("t10k-images-idx3-ubyte.gz"), mnist.resolve("t10k-labels-idx1-ubyte.gz"));
    assertEquals(10_000, test.count());
    long[] counts = new long[10];
    double sum = 0;
    try (BatchCursor cursor = test.shuffle(1).batch(128).prefetch(2).open(0)) {
      while (cursor.hasNext()) {
        try (Batch batch = cursor.next()) {
          assertEquals(DType.F32, batch.get("x").dtype());
          assertEquals(Shape.of(batch.rows(), 1, 28, 28), batch.get("x").shape());
          for (long label : batch.get("y").toLongs()) {
            counts[(int) label]++;
          }
          for (float pixel : batch.get("x").toFloats()) {
            sum += pixel;
          }
        }
      }
    }
    // How often each digit occurs in the test set, and the mean pixel, are well known.
    assertArrayEquals(new long[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts);
    assertEquals(0.1325, sum / (10_000 * 784), 1e-4);
  }
}
