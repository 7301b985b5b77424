package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.LongList;
import dev.gatun.formats.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named attribute.
 *
 * @param ref name of the function's attribute whose value this takes, or empty
 * @param value Long, Float, String, TensorProto, GraphProto, SparseTensorProto, TypeProto, long[],
 *     float[], or a list of String, TensorProto, GraphProto or TypeProto; null when the file gives
 *     a type only or the value comes by {@code ref}
 */
public record AttributeProto(String name, String ref, @Nullable Object value) {
  private static final int FLOATS = 6;
  private static final int INTS = 7;
  private static final int STRINGS = 8;
  private static final int TENSORS = 9;
  private static final int GRAPHS = 10;

  static AttributeProto read(WireReader in) {
    String name = "";
    String ref = "";
    long type = 0;
    // Files before IR version 2 do not state the type: then it is that of the field that is there.
    @Nullable Object single = null;
    float real = 0;
    long integer = 0;
    String text = "";
    boolean hasReal = false;
    boolean hasInteger = false;
    boolean hasText = false;
    LongList reals = new LongList();
    LongList integers = new LongList();
    List<Object> list = new ArrayList<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 2 -> {
          real = in.real();
          hasReal = true;
        }
        case 3 -> {
          integer = in.integer();
          hasInteger = true;
        }
        case 4 -> {
          text = in.text();
          hasText = true;
        }
        case 5 -> single = TensorProto.read(in.message());
        case 6 -> single = GraphProto.read(in.message());
        case 7 -> in.reals(reals);
        case 8 -> in.integers(integers);
        case 9 -> list.add(in.text());
        case 10 -> list.add(TensorProto.read(in.message()));
        case 11 -> list.add(GraphProto.read(in.message()));
        case 14 -> single = TypeProto.read(in.message());
        case 15 -> list.add(TypeProto.read(in.message()));
        case 20 -> type = in.integer();
        case 21 -> ref = in.text();
        case 22 -> single = SparseTensorProto.read(in.message());
        default -> in.skip();
      }
    }
    Object value =
        switch ((int) type) {
          case 1 -> (Object) real;
          case 2 -> integer;
          case 3 -> text;
          case FLOATS -> floats(reals);
          case INTS -> integers.toArray();
          case STRINGS, TENSORS, GRAPHS -> List.copyOf(list);
          default ->
              single != null
                  ? single
                  : hasInteger
                      ? (Object) integer
                      : hasReal
                          ? (Object) real
                          : hasText
                              ? text
                              : integers.size() > 0
                                  ? integers.toArray()
                                  : reals.size() > 0
                                      ? floats(reals)
                                      : list.isEmpty() ? null : List.copyOf(list);
        };
    return new AttributeProto(name, ref, ref.isEmpty() ? value : null);
  }

  private static float[] floats(LongList bits) {
    float[] values = new float[bits.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat((int) bits.get(i));
    }
    return values;
  }

  /** The same value under another name. */
  public AttributeProto named(String other) {
    return new AttributeProto(other, ref, value);
  }
}
