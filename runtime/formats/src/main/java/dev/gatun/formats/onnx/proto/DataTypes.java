package dev.gatun.formats.onnx.proto;

import dev.gatun.core.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The numbers that ONNX gives to element types. */
public final class DataTypes {
  // TensorProto.DataType; the place in the list is the number. Null: undefined, complex.
  private static final List<java.util.Optional<DType>> BY_CODE =
      java.util.stream.Stream.of(
              null,
              DType.F32,
              DType.U8,
              DType.I8,
              DType.U16,
              DType.I16,
              DType.I32,
              DType.I64,
              DType.STRING,
              DType.BOOL,
              DType.F16,
              DType.F64,
              DType.U32,
              DType.U64,
              null,
              null,
              DType.BF16,
              DType.F8E4M3FN,
              DType.F8E4M3FNUZ,
              DType.F8E5M2,
              DType.F8E5M2FNUZ,
              DType.U4,
              DType.I4,
              DType.F4E2M1,
              DType.F8E8M0,
              DType.U2,
              DType.I2)
          .map(java.util.Optional::ofNullable)
          .toList();

  /** The element type of a number; null when there is none in Gatun. */
  public static @Nullable DType find(long code) {
    return code < 0 || code >= BY_CODE.size() ? null : BY_CODE.get((int) code).orElse(null);
  }

  /** The number of an element type. */
  public static int code(DType type) {
    return BY_CODE.indexOf(java.util.Optional.of(type));
  }

  /** Why a number has no element type. */
  public static String problem(long code) {
    return code == 14 || code == 15
        ? "complex tensors are not supported"
        : "there is no element type " + code;
  }

  /** Bits of one element in a file: types below one byte are packed there. */
  static int bits(DType type) {
    return switch (type) {
      case I4, U4, F4E2M1 -> 4;
      case I2, U2 -> 2;
      default -> 8 * type.bytes();
    };
  }

  private DataTypes() {}
}
