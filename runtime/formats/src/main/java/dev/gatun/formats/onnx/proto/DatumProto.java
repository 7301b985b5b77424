package dev.gatun.formats.onnx.proto;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.wire.LongList;
import dev.gatun.formats.wire.WireReader;
import dev.gatun.formats.wire.WireWriter;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values in files of their own (.pb): TensorProto, SequenceProto, OptionalProto or MapProto. The
 * file does not say which; the type of the graph's input or output does.
 */
public final class DatumProto {
  private static final TensorDecoder DECODER = new TensorDecoder(Optional.empty());

  /** Reads a file whose content has the given type. */
  public static Datum read(FileBytes file, Type type) {
    return read(WireReader.of(file), type);
  }

  /** Reads a file that holds a tensor. */
  public static Tensor readTensor(FileBytes file) {
    return DECODER.decode(TensorProto.read(WireReader.of(file)));
  }

  /** Name of the tensor, sequence or optional in a file: field 8 of tensors, else field 1. */
  public static String name(FileBytes file, Type type) {
    WireReader in = WireReader.of(file);
    int field = type instanceof Type.OfTensor ? 8 : 1;
    String name = "";
    while (in.next()) {
      if (in.field() == field) {
        name = in.text();
      } else {
        in.skip();
      }
    }
    return name;
  }

  private static Datum read(WireReader in, Type type) {
    return switch (type) {
      case Type.OfTensor t -> DECODER.decode(TensorProto.read(in));
      case Type.OfSequence s -> sequence(in, s.element());
      case Type.OfOptional o -> optional(in, o.element());
      case Type.OfMap m -> map(in, m);
    };
  }

  // SequenceProto has a field a kind of element, numbered 3, 5, 6 and 7; OptionalProto the same
  // from 3.
  private static Datum.Sequence sequence(WireReader in, Type element) {
    List<Datum> items = new ArrayList<>();
    while (in.next()) {
      switch (in.field()) {
        case 3, 5, 6, 7 -> items.add(read(in.message(), element));
        default -> in.skip();
      }
    }
    return new Datum.Sequence(element, items);
  }

  private static Datum.Maybe optional(WireReader in, Type element) {
    @Nullable Datum value = null;
    long elementType = 0;
    while (in.next()) {
      switch (in.field()) {
        case 2 -> elementType = in.integer();
        case 3, 5, 6, 7 -> value = read(in.message(), element);
        default -> in.skip();
      }
    }
    if (value == null && elementType != 0) {
      throw new FormatException(
          in.file()
              + ": an optional that claims to hold a value of kind "
              + elementType
              + " holds none");
    }
    return new Datum.Maybe(element, value);
  }

  private static Datum.Mapping map(WireReader in, Type.OfMap type) {
    LongList keys = new LongList();
    List<String> texts = new ArrayList<>();
    List<Datum> values = List.of();
    while (in.next()) {
      switch (in.field()) {
        case 3 -> in.integers(keys);
        case 4 -> texts.add(in.text());
        case 5 -> values = sequence(in.message(), type.value()).items();
        default -> in.skip();
      }
    }
    int count = type.key() == DType.STRING ? texts.size() : keys.size();
    if (count != values.size()) {
      throw new FormatException(
          in.file() + ": a map of " + count + " keys and " + values.size() + " values");
    }
    Map<Object, Datum> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      entries.put(type.key() == DType.STRING ? texts.get(i) : (Object) keys.get(i), values.get(i));
    }
    return new Datum.Mapping(type.key(), type.value(), entries);
  }

  /** The bytes of a value as TensorProto, SequenceProto, OptionalProto or MapProto. */
  public static byte[] write(String name, Datum datum) {
    return message(name, datum).toBytes();
  }

  private static WireWriter message(String name, Datum datum) {
    return switch (datum) {
      case Tensor tensor -> tensor(name, tensor);
      case Datum.Sequence sequence -> {
        WireWriter out = new WireWriter().text(1, name).integer(2, kind(sequence.element()));
        for (Datum item : sequence.items()) {
          out.message(field(sequence.element()), message("", item));
        }
        yield out;
      }
      case Datum.Maybe maybe -> {
        WireWriter out = new WireWriter().text(1, name);
        yield maybe.value() == null
            ? out
            : out.integer(2, kind(maybe.element()))
                .message(field(maybe.element()), message("", maybe.value()));
      }
      case Datum.Mapping map -> {
        WireWriter out = new WireWriter().text(1, name).integer(2, DataTypes.code(map.key()));
        for (Object key : map.entries().keySet()) {
          if (key instanceof String text) {
            out.text(4, text);
          } else {
            out.integer(3, (Long) key);
          }
        }
        yield out.message(
            5, message("", new Datum.Sequence(map.value(), List.copyOf(map.entries().values()))));
      }
    };
  }

  // Tensor 1, sequence 3, map 4, optional 5, in both enumerations.
  private static int kind(Type type) {
    return switch (type) {
      case Type.OfTensor t -> 1;
      case Type.OfSequence s -> 3;
      case Type.OfMap m -> 4;
      case Type.OfOptional o -> 5;
    };
  }

  private static int field(Type type) {
    return kind(type) == 1 ? 3 : kind(type) + 2;
  }

  private static WireWriter tensor(String name, Tensor tensor) {
    WireWriter out =
        new WireWriter()
            .integers(1, tensor.shape().sizes())
            .integer(2, DataTypes.code(tensor.dtype()));
    if (tensor.dtype() == DType.STRING) {
      for (long i = 0; i < tensor.elements(); i++) {
        out.bytes(6, tensor.getString(i).getBytes(StandardCharsets.UTF_8));
      }
    } else {
      out.bytes(9, packed(tensor));
    }
    return out.text(8, name);
  }

  private static byte[] packed(Tensor tensor) {
    byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
    int bits = DataTypes.bits(tensor.dtype());
    if (bits >= 8) {
      return bytes;
    }
    int perByte = 8 / bits;
    byte[] packed = new byte[(bytes.length + perByte - 1) / perByte];
    for (int i = 0; i < bytes.length; i++) {
      packed[i / perByte] |= (byte) ((bytes[i] & (1 << bits) - 1) << bits * (i % perByte));
    }
    return packed;
  }

  private DatumProto() {}
}
