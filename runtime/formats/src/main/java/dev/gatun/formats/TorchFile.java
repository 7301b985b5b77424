package dev.gatun.formats;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's .pt, .pth and .bin files, as torch.save writes them since version 1.6: the tensors are
 * slices of the mapped file. No code of the file is executed; a file that wants any is refused.
 */
public final class TorchFile {
  private static final Map<String, DType> STORAGES =
      Map.of(
          "FloatStorage", DType.F32,
          "DoubleStorage", DType.F64,
          "HalfStorage", DType.F16,
          "BFloat16Storage", DType.BF16,
          "LongStorage", DType.I64,
          "IntStorage", DType.I32,
          "ShortStorage", DType.I16,
          "CharStorage", DType.I8,
          "ByteStorage", DType.U8,
          "BoolStorage", DType.BOOL);
  // A dictionary in a dictionary in ... could go on for ever.
  private static final int MAX_DEPTH = 20;

  /**
   * Reads all tensors, in the order of the file. Those of a dictionary within the outermost one are
   * named with a dot between the two keys, unless the outermost one has nothing but one such
   * dictionary with tensors, as {@code {"state_dict": {...}, "epoch": 3}}.
   */
  public static Map<String, Tensor> read(Path path) {
    FileBytes file = FileBytes.open(path);
    if (!StoredZip.isZip(file)) {
      throw new FormatException(
          path
              + ": is no archive; files of PyTorch before 1.6 cannot be read, save the weights again"
              + " or as safetensors");
    }
    Map<String, MemorySegment> entries = StoredZip.read(file);
    String main =
        entries.keySet().stream()
            .filter(name -> name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - 9)
            .findFirst()
            .orElseThrow(() -> new FormatException(path + ": has no data.pkl; not of PyTorch"));
    String folder = main.substring(0, main.length() - "data.pkl".length());
    MemorySegment order = entries.get(folder + "byteorder");
    if (order != null && !text(order).equals("little")) {
      throw new FormatException(path + ": byte order '" + text(order) + "' is not supported");
    }
    MemorySegment code = java.util.Objects.requireNonNull(entries.get(main));
    Object root =
        PickleMachine.read(path + ", " + main, code, new Reader(path + "", folder, entries));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    collect("", unwrapped(root), tensors, path, 0);
    if (tensors.isEmpty()) {
      throw new FormatException(path + ": has no tensors in dictionaries");
    }
    return tensors;
  }

  private static String text(MemorySegment bytes) {
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private static Object unwrapped(Object root) {
    if (!(root instanceof Map<?, ?> map)
        || map.values().stream().anyMatch(Tensor.class::isInstance)) {
      return root;
    }
    List<?> inner = map.values().stream().filter(TorchFile::hasTensors).toList();
    return inner.size() == 1 ? inner.get(0) : root;
  }

  private static boolean hasTensors(@Nullable Object value) {
    return value instanceof Map<?, ?> map
        && map.values().stream().anyMatch(Tensor.class::isInstance);
  }

  private static void collect(
      String name, @Nullable Object value, Map<String, Tensor> found, Path path, int depth) {
    if (depth > MAX_DEPTH) {
      throw new FormatException(path + ": dictionaries nest more than " + MAX_DEPTH + " times");
    }
    if (value instanceof Tensor tensor) {
      found.put(name, tensor);
    } else if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, inner) -> {
            if (key instanceof String text) {
              collect(name.isEmpty() ? text : name + "." + text, inner, found, path, depth + 1);
            }
          });
    }
  }

  /** Numbers of one type in an entry of the archive. */
  private record Storage(DType type, MemorySegment data) {}

  /** The few things that a pickle may name. */
  private record Reader(String file, String folder, Map<String, MemorySegment> entries)
      implements PickleMachine.Rules {
    @Override
    public Object persistent(Object id) {
      if (!(id instanceof List<?> parts)
          || parts.size() < 5
          || !"storage".equals(parts.get(0))
          || !(parts.get(1) instanceof PickleMachine.Name type)
          || !(parts.get(2) instanceof String key)) {
        throw new FormatException(file + ": refers to something that is no storage");
      }
      DType dtype = type.module().equals("torch") ? STORAGES.get(type.name()) : null;
      if (dtype == null) {
        throw new FormatException(
            file + ": storage '" + type + "' is not supported; known are " + STORAGES.keySet());
      }
      MemorySegment data = entries.get(folder + "data/" + key);
      if (data == null) {
        throw new FormatException(file + ": has no entry '" + folder + "data/" + key + "'");
      }
      return new Storage(dtype, data);
    }

    @Override
    public Object call(PickleMachine.Name function, List<@Nullable Object> arguments) {
      return switch (function.toString()) {
        case "collections.OrderedDict" -> ordered(arguments);
        case "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
        case "torch._utils._rebuild_parameter" -> {
          if (!arguments.isEmpty() && arguments.get(0) instanceof Tensor tensor) {
            yield tensor;
          }
          throw new FormatException(file + ": a parameter without a tensor");
        }
        case "torch.Size" -> List.copyOf(arguments);
        default ->
            throw new FormatException(
                file
                    + ": wants to call "
                    + function
                    + ", which is refused: only tensors are read, nothing is executed; save the"
                    + " weights alone, best as safetensors");
      };
    }

    private Object ordered(List<@Nullable Object> arguments) {
      Map<Object, Object> map = new LinkedHashMap<>();
      if (!arguments.isEmpty() && arguments.get(0) instanceof List<?> pairs) {
        for (Object pair : pairs) {
          if (!(pair instanceof List<?> two) || two.size() != 2) {
            throw new FormatException(file + ": a dictionary of something other than pairs");
          }
          map.put(two.get(0), two.get(1));
        }
      }
      return map;
    }

    private Tensor tensor(List<@Nullable Object> arguments) {
      if (arguments.size() < 4
          || !(arguments.get(0) instanceof Storage storage)
          || !(arguments.get(1) instanceof Long offset)) {
        throw new FormatException(file + ": a tensor without a storage");
      }
      long[] sizes = numbers(arguments.get(2));
      long[] strides = numbers(arguments.get(3));
      long count = TensorBytes.elements(file, sizes);
      long held = storage.data().byteSize() / storage.type().bytes();
      boolean good = strides.length == sizes.length && offset >= 0 && count <= held;
      long last = offset;
      for (int i = 0; good && count > 0 && i < sizes.length; i++) {
        good = strides[i] >= 0 && (sizes[i] == 1 || strides[i] <= held);
        last += good ? (sizes[i] - 1) * strides[i] : 0;
        good &= last < held;
      }
      if (!good || count > 0 && last >= held) {
        throw new FormatException(
            file
                + ": a tensor "
                + Arrays.toString(sizes)
                + " with strides "
                + Arrays.toString(strides)
                + " reaches beyond its storage of "
                + held
                + " elements");
      }
      int bytes = storage.type().bytes();
      if (isDense(sizes, strides)) {
        MemorySegment data = storage.data().asSlice(count == 0 ? 0 : offset * bytes, count * bytes);
        return Tensor.wrap(storage.type(), Shape.of(sizes), data);
      }
      return gathered(storage, offset, sizes, strides);
    }

    private long[] numbers(@Nullable Object list) {
      if (!(list instanceof List<?> values)) {
        throw new FormatException(file + ": a tensor without sizes and strides");
      }
      return values.stream().mapToLong(v -> (Long) v).toArray();
    }

    private static boolean isDense(long[] sizes, long[] strides) {
      long step = 1;
      for (int i = sizes.length - 1; i >= 0; i--) {
        if (sizes[i] != 1 && strides[i] != step) {
          return false;
        }
        step *= Math.max(sizes[i], 1);
      }
      return true;
    }

    private static Tensor gathered(Storage storage, long offset, long[] sizes, long[] strides) {
      long held = storage.data().byteSize() / storage.type().bytes();
      Tensor all = Tensor.wrap(storage.type(), Shape.of(held), storage.data());
      TensorBuilder out = new TensorBuilder(storage.type(), Shape.of(sizes));
      for (long i = 0; i < out.shape().elements(); i++) {
        long from = offset;
        long rest = i;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
          from += rest % sizes[axis] * strides[axis];
          rest /= sizes[axis];
        }
        out.copy(i, all, from);
      }
      return out.build();
    }
  }

  private TorchFile() {}
}
