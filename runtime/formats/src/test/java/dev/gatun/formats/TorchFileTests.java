package dev.gatun.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PyTorch's files: tensors are read, everything that would execute something is refused. */
class TorchFileTests {
  @TempDir Path folder;

  /** Writes pickle instructions. */
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      op(0x80, 2);
    }

    Pickle op(int... bytes) {
      for (int b : bytes) {
        out.write(b);
      }
      return this;
    }

    Pickle text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      op('X', bytes.length, 0, 0, 0);
      out.writeBytes(bytes);
      return this;
    }

    Pickle name(String module, String name) {
      op('c');
      out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
      return this;
    }

    Pickle tuple(int... numbers) {
      op('(');
      for (int n : numbers) {
        op('K', n);
      }
      return op('t');
    }

    /** A tensor of a storage. */
    Pickle tensor(String type, String key, int offset, int[] sizes, int[] strides) {
      name("torch._utils", "_rebuild_tensor_v2").op('(');
      op('(').text("storage").name("torch", type).text(key).text("cpu").op('K', 9, 't', 'Q');
      op('K', offset).tuple(sizes).tuple(strides).op(0x89);
      return name("collections", "OrderedDict").op(')', 'R', 't', 'R');
    }

    byte[] end() {
      return op('.').out.toByteArray();
    }
  }

  private Path file(byte[] pickle, boolean stored, Map<String, byte[]> data) throws IOException {
    Path path = folder.resolve("weights.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      List<Map.Entry<String, byte[]>> all = new ArrayList<>();
      all.add(Map.entry("archive/data.pkl", pickle));
      all.add(Map.entry("archive/byteorder", "little".getBytes(StandardCharsets.UTF_8)));
      data.forEach((key, bytes) -> all.add(Map.entry("archive/data/" + key, bytes)));
      for (Map.Entry<String, byte[]> item : all) {
        ZipEntry entry = new ZipEntry(item.getKey());
        if (stored) {
          CRC32 sum = new CRC32();
          sum.update(item.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(item.getValue().length);
          entry.setCrc(sum.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(item.getValue());
        zip.closeEntry();
      }
    }
    return path;
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  private static Pickle six(int offset, int[] sizes, int[] strides) {
    Pickle pickle = new Pickle().op('}', 'q', 0, '(').text("w");
    return pickle.tensor("FloatStorage", "0", offset, sizes, strides).op('u');
  }

  private String refused(byte[] pickle) throws IOException {
    Path path = file(pickle, true, Map.of("0", floats(1, 2, 3, 4, 5, 6)));
    return String.valueOf(
        assertThrows(FormatException.class, () -> TorchFile.read(path)).getMessage());
  }

  private Map<String, Tensor> read(Pickle pickle) throws IOException {
    return TensorFiles.read(file(pickle.end(), true, Map.of("0", floats(1, 2, 3, 4, 5, 6))));
  }

  private static Tensor only(Map<String, Tensor> all, String name) {
    assertEquals(List.of(name), List.copyOf(all.keySet()));
    return all.values().iterator().next();
  }

  @Test
  void tensorsAreSlicesOfStorages() throws IOException {
    Tensor w = only(read(six(2, new int[] {2, 2}, new int[] {2, 1})), "w");
    assertEquals(DType.F32, w.dtype());
    assertArrayEquals(new long[] {2, 2}, w.shape().sizes());
    assertArrayEquals(new float[] {3, 4, 5, 6}, w.toFloats());
    Tensor empty = only(read(six(6, new int[] {0, 4}, new int[] {4, 1})), "w");
    assertEquals(0, empty.elements());
    Tensor number = only(read(six(5, new int[] {}, new int[] {})), "w");
    assertArrayEquals(new float[] {6}, number.toFloats());
  }

  @Test
  void transposedTensorsAreGathered() throws IOException {
    Tensor w = only(read(six(0, new int[] {3, 2}, new int[] {1, 3})), "w");
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, w.toFloats());
  }

  @Test
  void aStateDictWithinACheckpointIsFound() throws IOException {
    Pickle pickle = new Pickle().op('}', '(').text("epoch").op('K', 3).text("state_dict");
    pickle.name("collections", "OrderedDict").op(')', 'R', '(').text("w");
    pickle.tensor("FloatStorage", "0", 0, new int[] {6}, new int[] {1}).op('u');
    // The state of the dictionary: versions of modules.
    pickle.op('}').text("_metadata").op('}', 's', 'b');
    assertEquals(6, only(read(pickle.op('u')), "w").elements());
  }

  @Test
  void codeIsRefused() throws IOException {
    Pickle call = new Pickle().name("os", "system").op('(').text("true").op('t', 'R');
    String message = refused(call.end());
    assertTrue(message.contains("os.system") && message.contains("refused"), message);
    Pickle stacked = new Pickle().text("builtins").text("eval").op(0x93, ')', 'R');
    assertTrue(refused(stacked.end()).contains("builtins.eval"));
    Pickle made = new Pickle().name("subprocess", "Popen").op(')', 0x81);
    assertTrue(refused(made.end()).contains("0x81"));
    Pickle old = new Pickle().op('(').text("true").op('i');
    assertTrue(refused(old.end()).contains("not allowed"));
    Pickle state = new Pickle().op(']', '}', 'b');
    assertTrue(refused(state.end()).contains("other than a dictionary"));
    Pickle module = new Pickle().name("torch.nn.modules.linear", "Linear").op(')', 'R');
    assertTrue(refused(module.end()).contains("torch.nn.modules.linear.Linear"));
  }

  @Test
  void sizesAreChecked() throws IOException {
    assertTrue(refused(six(0, new int[] {7}, new int[] {1}).end()).contains("beyond its storage"));
    assertTrue(refused(six(5, new int[] {2}, new int[] {1}).end()).contains("beyond its storage"));
    assertTrue(refused(six(0, new int[] {2, 2}, new int[] {5, 1}).end()).contains("beyond"));
    // A few bytes must not become a large tensor.
    assertTrue(refused(six(0, new int[] {200, 200}, new int[] {0, 0}).end()).contains("beyond"));
    assertTrue(refused(six(0, new int[] {2}, new int[] {1, 1}).end()).contains("beyond"));
    Pickle storage = new Pickle().op('}', '(').text("w");
    storage.tensor("QInt8Storage", "0", 0, new int[] {1}, new int[] {1}).op('u');
    assertTrue(refused(storage.end()).contains("QInt8Storage"));
    Pickle missing = new Pickle().op('}', '(').text("w");
    missing.tensor("FloatStorage", "7", 0, new int[] {1}, new int[] {1}).op('u');
    assertTrue(refused(missing.end()).contains("archive/data/7"));
  }

  @Test
  void damageIsNamed() throws IOException {
    byte[] good = six(0, new int[] {6}, new int[] {1}).end();
    for (int length = 0; length < good.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(good, length);
      assertTrue(refused(cut).contains("weights.pt"));
    }
    Path packed = file(good, false, Map.of());
    assertTrue(
        String.valueOf(
                assertThrows(FormatException.class, () -> TorchFile.read(packed)).getMessage())
            .contains("compressed"));
    byte[] whole = Files.readAllBytes(file(good, true, Map.of("0", floats(1, 2, 3, 4, 5, 6))));
    for (int length = 0; length < whole.length; length += 3) {
      Path cut = Files.write(folder.resolve("cut.pt"), java.util.Arrays.copyOf(whole, length));
      assertThrows(FormatException.class, () -> TorchFile.read(cut), "length " + length);
    }
  }
}
