package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GGUF files: values, tensors of every type, and what is wrong with files. */
class GgufTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private Gguf read(byte[] bytes) throws Exception {
    return Gguf.read(Files.write(folder.resolve("some.gguf"), bytes));
  }

  private static Tensor tensor(Gguf file, String name) {
    return Objects.requireNonNull(file.tensors().get(name), name);
  }

  private static float[] floats(Gguf file, String name) {
    return tensor(file, name).toFloats();
  }

  private static byte[] half(double value) {
    return ByteBuffer.allocate(2)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(Float.floatToFloat16((float) value))
        .array();
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    Arrays.stream(parts).forEach(all::put);
    return all.array();
  }

  private static byte[] random(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void valuesOfAllTypesAreRead() throws Exception {
    GgufWriter out =
        new GgufWriter()
            .entry("u8", 0, new byte[] {-1})
            .entry("i8", 1, new byte[] {-1})
            .entry("u16", 2, new byte[] {-1, -1})
            .entry("i16", 3, new byte[] {-2, -1})
            .entry("u32", 4, GgufWriter.int32(-1))
            .entry("i32", 5, GgufWriter.int32(-5))
            .entry("f32", 6, GgufWriter.int32(Float.floatToIntBits(0.5f)))
            .entry("yes", 7, new byte[] {1})
            .entry("text", 8, GgufWriter.text("caf\u00E9"))
            .entry("u64", 10, GgufWriter.int64(7L << 40))
            .entry("f64", 12, GgufWriter.int64(Double.doubleToLongBits(0.1)))
            .entry("some", 9, GgufWriter.int32(2), GgufWriter.int64(2), new byte[] {1, 0, 2, 0})
            .texts("texts", List.of("a", ""))
            .tensor("x", 0, join(GgufWriter.int32(Float.floatToIntBits(2))), 1, 1);
    for (int version : new int[] {2, 3}) {
      Gguf file = read(out.bytes(version));
      assertEquals(
          List.of(
              255L,
              -1L,
              65535L,
              -2L,
              4294967295L,
              -5L,
              0.5,
              true,
              "caf\u00E9",
              7L << 40,
              0.1,
              List.of(1L, 2L),
              List.of("a", "")),
          List.copyOf(file.metadata().values()));
      assertEquals(Shape.of(1, 1), tensor(file, "x").shape());
      assertEquals(2, floats(file, "x")[0]);
    }
  }

  @Test
  void floatsStayWhatTheyAre() throws Exception {
    byte[] halves = join(half(1.5), half(-2), half(0.25), half(65504), half(0), half(-0.0));
    Gguf file =
        read(
            new GgufWriter()
                .tensor("f16", 1, halves, 2, 3)
                .tensor("bf16", 30, new byte[] {(byte) 0x80, 0x3F, 0x20, (byte) 0xC1}, 2)
                .bytes());
    Tensor f16 = tensor(file, "f16");
    assertEquals(DType.F16, f16.dtype());
    assertEquals(Shape.of(2, 3), f16.shape());
    assertArrayEquals(new float[] {1.5f, -2, 0.25f, 65504, 0, -0f}, f16.toFloats());
    assertEquals(DType.BF16, tensor(file, "bf16").dtype());
    assertArrayEquals(new float[] {1, -10}, floats(file, "bf16"));
  }

  /** Blocks of 32 beside the formulas, bit by bit. */
  @Test
  void smallBlocksAreWidened() throws Exception {
    byte[] q = random(1, 16);
    byte[] fifth = random(2, 4);
    byte[] bytes = random(3, 32);
    Gguf file =
        read(
            new GgufWriter()
                .tensor("q4_0", 2, join(half(0.5), q, half(-2), q), 2, 32)
                .tensor("q4_1", 3, join(half(0.5), half(3), q), 32)
                .tensor("q5_0", 6, join(half(0.5), fifth, q), 32)
                .tensor("q5_1", 7, join(half(0.5), half(3), fifth, q), 32)
                .tensor("q8_0", 8, join(half(0.25), bytes), 1, 32)
                .bytes());
    for (int i = 0; i < 32; i++) {
      int low = i < 16 ? q[i] & 15 : (q[i - 16] & 255) / 16;
      int high = low + ((fifth[i / 8] >> i % 8 & 1) == 1 ? 16 : 0);
      assertEquals(0.5f * (low - 8), floats(file, "q4_0")[i]);
      assertEquals(-2f * (low - 8) + 0f, floats(file, "q4_0")[32 + i]);
      assertEquals(0.5f * low + 3, floats(file, "q4_1")[i]);
      assertEquals(0.5f * (high - 16), floats(file, "q5_0")[i]);
      assertEquals(0.5f * high + 3, floats(file, "q5_1")[i]);
      assertEquals(0.25f * bytes[i], floats(file, "q8_0")[i]);
    }
    assertEquals(Shape.of(2, 32), tensor(file, "q4_0").shape());
    assertEquals(DType.F32, tensor(file, "q4_0").dtype());
  }

  /** Writes 256 numbers of known parts, and reads what the formula gives. */
  @Test
  void largeBlocksAreWidened() throws Exception {
    Random random = new Random(5);
    int[] scales = random.ints(8, 0, 64).toArray();
    int[] leasts = random.ints(8, 0, 64).toArray();
    int[] q = random.ints(256, 0, 32).toArray();
    int[] six = random.ints(256, 0, 64).toArray();
    byte[] packed = new byte[12];
    for (int j = 0; j < 4; j++) {
      packed[j] = (byte) (scales[j] | scales[j + 4] >> 4 << 6);
      packed[j + 4] = (byte) (leasts[j] | leasts[j + 4] >> 4 << 6);
      packed[j + 8] = (byte) (scales[j + 4] & 15 | (leasts[j + 4] & 15) << 4);
    }
    byte[] low = new byte[128];
    byte[] fifth = new byte[32];
    for (int i = 0; i < 256; i++) {
      int part = i / 32;
      low[part / 2 * 32 + i % 32] |= (byte) ((q[i] & 15) << part % 2 * 4);
      fifth[i % 32] |= (byte) (q[i] >> 4 << part);
    }
    byte[] sixLow = new byte[128];
    byte[] sixHigh = new byte[64];
    for (int i = 0; i < 256; i++) {
      int half = i / 128;
      int quarter = i / 32 % 4;
      sixLow[half * 64 + quarter % 2 * 32 + i % 32] |= (byte) ((six[i] & 15) << quarter / 2 * 4);
      sixHigh[half * 32 + i % 32] |= (byte) (six[i] >> 4 << 2 * quarter);
    }
    byte[] sixteen = random(6, 16);
    Gguf file =
        read(
            new GgufWriter()
                .tensor("q4_k", 12, join(half(0.5), half(0.25), packed, low), 256)
                .tensor("q5_k", 13, join(half(0.5), half(0.25), packed, fifth, low), 1, 256)
                .tensor("q6_k", 14, join(sixLow, sixHigh, sixteen, half(0.125)), 256)
                .bytes());
    for (int i = 0; i < 256; i++) {
      float scale = 0.5f * scales[i / 32];
      float least = 0.25f * leasts[i / 32];
      assertEquals(scale * (q[i] & 15) - least, floats(file, "q4_k")[i], "q4_k " + i);
      assertEquals(scale * q[i] - least, floats(file, "q5_k")[i], "q5_k " + i);
      assertEquals(0.125f * sixteen[i / 16] * (six[i] - 32), floats(file, "q6_k")[i], "q6_k " + i);
    }
  }

  private void refused(byte[] bytes, String... parts) throws Exception {
    Path file = Files.write(folder.resolve("wrong.gguf"), bytes);
    String message =
        String.valueOf(assertThrows(FormatException.class, () -> Gguf.read(file)).getMessage());
    assertTrue(message.contains("wrong.gguf"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void damagedFilesAreRefused() throws Exception {
    byte[] four = new byte[16];
    byte[] good =
        new GgufWriter().entry("a", 8, GgufWriter.text("b")).tensor("x", 0, four, 2, 2).bytes();
    assertEquals(1, read(good).tensors().size());
    // Cut anywhere, a file is refused or lacks only what fills it up.
    for (int length = 0; length < good.length - 16; length++) {
      refused(Arrays.copyOf(good, length));
    }
    refused("GGML and many other bytes here".getBytes(StandardCharsets.UTF_8), "no GGUF");
    refused(new GgufWriter().bytes(1), "version 1");
    refused(new GgufWriter().bytes(0x03000000), "version");
    byte[] many = good.clone();
    many[14] = 1;
    refused(many, "tensors; at most");
    refused(new GgufWriter().entry("a", 13, four).bytes(), "'a' has the type 13");
    refused(new GgufWriter().entry("a", 7, new byte[] {2}).bytes(), "neither true nor false");
    refused(
        new GgufWriter().entry("a", 8, GgufWriter.int64(-1)).bytes(), "18446744073709551615 bytes");
    refused(
        new GgufWriter().entry("a", 9, GgufWriter.int32(8), GgufWriter.int64(1L << 40)).bytes(),
        "1099511627776 elements");
    refused(
        new GgufWriter().entry("a", 9, GgufWriter.int32(9), GgufWriter.int64(1)).bytes(),
        "list of lists");
    refused(
        new GgufWriter().entry("a", 0, new byte[1]).entry("a", 0, new byte[1]).bytes(), "twice");
    refused(new GgufWriter().entry("a", 8, GgufWriter.int64(1), new byte[] {-1}).bytes(), "UTF-8");
    refused(
        new GgufWriter().entry("general.alignment", 4, GgufWriter.int32(3)).bytes(),
        "general.alignment is 3");
  }

  @Test
  void wrongTensorsAreRefused() throws Exception {
    byte[] four = new byte[16];
    refused(new GgufWriter().tensor("x", 99, four, 4).bytes(), "'x' has the type 99", "Q4_0");
    refused(new GgufWriter().tensor("x", 2, new byte[18], 16).bytes(), "blocks of 32");
    refused(new GgufWriter().tensor("x", 0, four, 1, 1, 1, 2, 2).bytes(), "5 axes");
    refused(new GgufWriter().tensor("x", 0, four, -4).bytes(), "negative");
    refused(new GgufWriter().tensor("x", 0, four, 1L << 40, 1L << 40).bytes(), "no tensor");
    refused(new GgufWriter().tensor("x", 0, four, 1000).bytes(), "truncated");
    refused(new GgufWriter().tensorAt("x", 0, 32, four, 4).bytes(), "expected 0");
    refused(new GgufWriter().tensorAt("x", 0, -32, four, 4).bytes(), "expected 0");
    refused(
        new GgufWriter().tensor("x", 0, four, 4).tensorAt("y", 0, 0, four, 4).bytes(),
        "'y'",
        "expected 32");
    refused(
        new GgufWriter().tensor("x", 0, four, 4).tensor("x", 0, four, 4).bytes(), "comes twice");
  }
}
