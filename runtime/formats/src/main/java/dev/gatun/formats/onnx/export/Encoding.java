package dev.gatun.formats.onnx.export;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.onnx.proto.DataTypes;
import dev.gatun.formats.wire.Rope;
import dev.gatun.formats.wire.WireWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Types, tensors and attributes as messages of ONNX. */
final class Encoding {
  private static final int FLOAT = 1;
  private static final int INT = 2;
  private static final int STRING = 3;
  private static final int TENSOR = 4;
  private static final int GRAPH = 5;
  private static final int FLOATS = 6;
  private static final int INTS = 7;
  private static final int STRINGS = 8;
  private static final int TYPE = 13;

  /** TypeProto. */
  static WireWriter type(Type type) {
    return switch (type) {
      case Type.OfTensor(DType dtype, Shape shape) -> {
        WireWriter tensor = new WireWriter().integer(1, DataTypes.code(dtype));
        if (shape.isRanked()) {
          WireWriter sizes = new WireWriter();
          for (long size : shape.sizes()) {
            WireWriter axis = new WireWriter();
            sizes.message(1, size < 0 ? axis : axis.integer(1, size));
          }
          tensor.message(2, sizes);
        }
        yield new WireWriter().message(1, tensor);
      }
      case Type.OfSequence(Type element) ->
          new WireWriter().message(4, new WireWriter().message(1, type(element)));
      case Type.OfOptional(Type element) ->
          new WireWriter().message(9, new WireWriter().message(1, type(element)));
      case Type.OfMap(DType key, Type value) ->
          new WireWriter()
              .message(5, new WireWriter().integer(1, DataTypes.code(key)).message(2, type(value)));
    };
  }

  /** ValueInfoProto. */
  static WireWriter value(String name, Type type) {
    return new WireWriter().text(1, name).message(2, type(type));
  }

  /** TensorProto without its elements. */
  static WireWriter header(String name, Tensor tensor) {
    return new WireWriter()
        .integers(1, tensor.shape().sizes())
        .integer(2, DataTypes.code(tensor.dtype()))
        .text(8, name);
  }

  /** TensorProto with its elements. */
  static Rope tensor(String name, Tensor tensor) {
    Rope rope = new Rope();
    rope.add(header(name, tensor).toBytes());
    if (tensor.dtype() == DType.STRING) {
      WireWriter texts = new WireWriter();
      for (long i = 0; i < tensor.elements(); i++) {
        texts.text(6, tensor.getString(i));
      }
      rope.add(texts.toBytes());
    } else {
      rope.bytes(9, bytes(tensor));
    }
    return rope;
  }

  /** Elements as a file has them: little-endian, small types packed, the first one lowest. */
  static MemorySegment bytes(Tensor tensor) {
    int bits =
        switch (tensor.dtype()) {
          case I4, U4, F4E2M1 -> 4;
          case I2, U2 -> 2;
          default -> 8;
        };
    if (bits == 8) {
      return tensor.data();
    }
    byte[] packed = new byte[Math.toIntExact((tensor.elements() * bits + 7) / 8)];
    MemorySegment data = tensor.data();
    for (long i = 0; i < tensor.elements(); i++) {
      int value = data.get(ValueLayout.JAVA_BYTE, i) & ((1 << bits) - 1);
      packed[(int) (i * bits / 8)] |= (byte) (value << (int) (i * bits % 8));
    }
    return MemorySegment.ofArray(packed);
  }

  /** AttributeProto. */
  static Rope attribute(String name, Object value) {
    WireWriter head = new WireWriter().text(1, name);
    Rope rope = new Rope();
    switch (value) {
      case Long x -> head.integer(3, x).integer(20, INT);
      case Boolean x -> head.integer(3, x ? 1 : 0).integer(20, INT);
      case DType x -> head.integer(3, DataTypes.code(x)).integer(20, INT);
      case Double x -> head.real(2, x.floatValue()).integer(20, FLOAT);
      case String x -> head.text(4, x).integer(20, STRING);
      case Type x -> head.message(14, type(x)).integer(20, TYPE);
      case List<?> list -> list(head, list);
      case Tensor x -> {
        head.integer(20, TENSOR);
        rope.message(5, tensor("", x));
      }
      case Rope graph -> {
        head.integer(20, GRAPH);
        rope.message(6, graph);
      }
      default -> throw new IllegalArgumentException(name + ": " + value.getClass());
    }
    rope.add(head.toBytes());
    return rope;
  }

  private static void list(WireWriter head, List<?> list) {
    if (!list.isEmpty() && list.getFirst() instanceof String) {
      list.forEach(x -> head.text(9, (String) x));
      head.integer(20, STRINGS);
    } else if (!list.isEmpty() && list.getFirst() instanceof Double) {
      list.forEach(x -> head.real(7, ((Double) x).floatValue()));
      head.integer(20, FLOATS);
    } else {
      // Not packed: attributes are proto2, whose readers may insist on it.
      list.forEach(x -> head.integer(8, (Long) x));
      head.integer(20, INTS);
    }
  }

  private Encoding() {}
}
