package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.formats.onnx.OnnxValues;
import dev.gatun.formats.onnx.SharedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensor files: what is written is read again, foreign files are read right, bad ones refused. */
class TensorFilesTests {
  @TempDir Path folder;

  private static Tensor sample(DType type, long... sizes) {
    TensorBuilder builder = new TensorBuilder(type, Shape.of(sizes));
    for (long i = 0; i < builder.shape().elements(); i++) {
      if (type == DType.STRING) {
        builder.set(i, i % 3 == 0 ? "" : "word \u00e9\ud83d\ude00 " + i);
      } else {
        builder.set(i, type == DType.BOOL ? i % 2 : (i % 7) - (type.isFloat() ? 2.5 : 0));
      }
    }
    return builder.build();
  }

  private static Map<String, Tensor> samples(DType... types) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (DType type : types) {
      tensors.put(type + " scalar", sample(type));
      tensors.put(type + " vector", sample(type, 5));
      tensors.put(type + "/matrix", sample(type, 3, 7));
      tensors.put(type + " empty", sample(type, 2, 0, 3));
    }
    return tensors;
  }

  @Test
  void safetensorsKeepsEveryTypeAndTheOrder() {
    Map<String, Tensor> tensors =
        samples(
            DType.F32,
            DType.F64,
            DType.F16,
            DType.BF16,
            DType.I8,
            DType.U8,
            DType.I16,
            DType.U16,
            DType.I32,
            DType.U32,
            DType.I64,
            DType.U64,
            DType.BOOL,
            DType.F8E4M3FN,
            DType.F8E5M2);
    Path file = folder.resolve("all.safetensors");
    Safetensors.write(file, tensors, Map.of("format", "pt", "note", "\u00fc\n"));
    Safetensors.Content content = Safetensors.read(file);
    assertEquals(tensors, content.tensors());
    assertEquals(tensors.keySet().stream().toList(), content.tensors().keySet().stream().toList());
    assertEquals(Map.of("format", "pt", "note", "\u00fc\n"), content.metadata());
  }

  @Test
  void npzKeepsEveryTypeOfNumPy() {
    Map<String, Tensor> tensors =
        samples(
            DType.F32,
            DType.F64,
            DType.F16,
            DType.I8,
            DType.U8,
            DType.I16,
            DType.U16,
            DType.I32,
            DType.U32,
            DType.I64,
            DType.U64,
            DType.BOOL,
            DType.STRING);
    Path file = folder.resolve("all.npz");
    TensorFiles.write(file, tensors);
    assertEquals(tensors, TensorFiles.read(file));
  }

  @Test
  void npyKeepsATensorAndRefusesTypesThatNumPyLacks() {
    Path file = folder.resolve("x.npy");
    Tensor x = sample(DType.F32, 2, 3, 4);
    TensorFiles.write(file, Map.of("x", x));
    assertEquals(Map.of("x", x), TensorFiles.read(file));
    FormatException e =
        assertThrows(FormatException.class, () -> Npy.write(file, sample(DType.BF16, 2)));
    assertTrue(String.valueOf(e.getMessage()).contains("BF16"), e.toString());
  }

  @Test
  void protobufKeepsEveryType() {
    for (DType type : DType.values()) {
      Path file = folder.resolve("x.pb");
      for (Tensor tensor : samples(type).values()) {
        OnnxValues.write(file, "name", tensor);
        assertEquals(Map.of("name", tensor), TensorFiles.read(file));
      }
    }
  }

  private static byte[] npy(String header, int... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[10 + text.length + data.length];
    System.arraycopy(NpyHeader.MAGIC, 0, file, 0, 6);
    file[6] = 1;
    file[8] = (byte) text.length;
    file[9] = (byte) (text.length >> 8);
    System.arraycopy(text, 0, file, 10, text.length);
    for (int i = 0; i < data.length; i++) {
      file[10 + text.length + i] = (byte) data[i];
    }
    return file;
  }

  private Tensor read(byte[] npy) throws IOException {
    Path file = folder.resolve("given.npy");
    Files.write(file, npy);
    return Npy.read(file);
  }

  @Test
  void npyInColumnMajorOrderIsTransposed() throws IOException {
    Tensor x =
        read(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", 1, 4, 2, 5, 3, 6));
    assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6}, x.toLongs());
    assertEquals(Shape.of(2, 3), x.shape());
  }

  @Test
  void npyInBigEndianOrderAndOddSpacing() throws IOException {
    Tensor x =
        read(npy("{\"shape\":(2L,),'fortran_order':False , 'descr':'>i2'}\n", 1, 2, 0xff, 0));
    assertEquals(DType.I16, x.dtype());
    assertArrayEquals(new long[] {258, -256}, x.toLongs());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 999999999999), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (1,), }",
        "{'descr': '<f4', 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 'y'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
        "{'descr': '<f4",
        "",
      })
  void badNpyHeadersAreRefused(String header) {
    FormatException e =
        assertThrows(FormatException.class, () -> read(npy(header, 0, 0, 0, 0, 0, 0, 0, 0)));
    assertTrue(String.valueOf(e.getMessage()).contains("given.npy"), e.toString());
  }

  private Safetensors.Content safetensors(String header, int bytes, long claimed)
      throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[8 + text.length + bytes];
    for (int i = 0; i < 8; i++) {
      file[i] = (byte) (claimed >> 8 * i);
    }
    System.arraycopy(text, 0, file, 8, text.length);
    Path path = folder.resolve("given.safetensors");
    Files.write(path, file);
    return Safetensors.read(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1e3],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}",
        "{\"a\":7}",
        "[]",
        "{\"a\"",
        "",
      })
  void badSafetensorsHeadersAreRefused(String header) {
    FormatException e =
        assertThrows(
            FormatException.class,
            () -> safetensors(header, 8, header.getBytes(StandardCharsets.UTF_8).length));
    assertTrue(String.valueOf(e.getMessage()).contains("given.safetensors"), e.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 100, 100_000_000, Integer.MAX_VALUE, Long.MAX_VALUE, -1})
  void badSafetensorsHeaderLengthsAreRefused(long claimed) {
    assertThrows(
        FormatException.class,
        () ->
            safetensors(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, claimed));
  }

  @Test
  void cutFilesAreRefused() throws IOException {
    Path whole = folder.resolve("whole");
    for (String name : new String[] {"x.safetensors", "x.npz", "x.npy"}) {
      Path file = folder.resolve(name);
      TensorFiles.write(file, Map.of("x", sample(DType.F32, 4, 5)));
      byte[] bytes = Files.readAllBytes(file);
      for (int length = 0; length < bytes.length; length++) {
        Files.write(file, java.util.Arrays.copyOf(bytes, length));
        assertThrows(
            FormatException.class, () -> TensorFiles.read(file), name + " cut to " + length);
      }
    }
    assertThrows(FormatException.class, () -> TensorFiles.read(whole));
    assertThrows(FormatException.class, () -> TensorFiles.read(folder.resolve("missing.npz")));
    assertThrows(FormatException.class, () -> TensorFiles.read(folder.resolve("missing.npy")));
  }

  @Test
  void foreignFilesAgreeWithEachOther() throws IOException {
    Path models = SharedFiles.onnx("models");
    assumeTrue(Files.isDirectory(models), () -> models + " is not there");
    Path mnist = models.resolve("burn_mnist");
    assertEquals(
        TensorFiles.read(mnist.resolve("test_data_set_0/input_0.pb")).values().iterator().next(),
        Npy.read(mnist.resolve("input_8x1x28x28.npy")));
    assertEquals(
        TensorFiles.read(mnist.resolve("test_data_set_0/output_0.pb"))
            .values()
            .iterator()
            .next()
            .shape(),
        Npy.read(mnist.resolve("expected_logsoftmax_8x10.npy")).shape());
    assertTrue(TensorFiles.read(mnist.resolve("mnist.safetensors")).size() > 5);
    int read = 0;
    try (Stream<Path> files = Files.walk(models.resolve("formats"))) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*\\.(npy|npz|safetensors)")).toList()) {
        for (Tensor tensor : TensorFiles.read(file).values()) {
          assertTrue(tensor.elements() >= 0);
          read++;
        }
      }
    }
    assertTrue(read > 10);
    Path djl = models.resolve("formats/djl");
    assertEquals(Shape.SCALAR, Npy.read(djl.resolve("0d.npy")).shape());
    assertEquals(DType.F16, Npy.read(djl.resolve("fp16.npy")).dtype());
    assertEquals(DType.BOOL, Npy.read(djl.resolve("boolean.npy")).dtype());
  }
}
