package dev.gatun.core.plan;

import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.ElementType;
import dev.gatun.kernels.Memory;
import java.util.Optional;

/** Element types as the kernels know them, and single elements as bits. */
final class Elements {
  /** The kernels' name of a type they can compute with; empty for types below a byte and text. */
  static Optional<ElementType> number(DType dtype) {
    return switch (dtype) {
      case F32 -> Optional.of(ElementType.F32);
      case F64 -> Optional.of(ElementType.F64);
      case F16 -> Optional.of(ElementType.F16);
      case BF16 -> Optional.of(ElementType.BF16);
      case I8, I4, I2 -> Optional.of(ElementType.I8);
      case U8, U4, U2 -> Optional.of(ElementType.U8);
      case I16 -> Optional.of(ElementType.I16);
      case U16 -> Optional.of(ElementType.U16);
      case I32 -> Optional.of(ElementType.I32);
      case U32 -> Optional.of(ElementType.U32);
      case I64 -> Optional.of(ElementType.I64);
      case U64 -> Optional.of(ElementType.U64);
      case BOOL -> Optional.of(ElementType.BOOL);
      case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, STRING -> Optional.empty();
    };
  }

  /** A type of the same width, for kernels that only move elements. */
  static ElementType moved(DType dtype) {
    return switch (dtype.bytes()) {
      case 1 -> ElementType.I8;
      case 2 -> ElementType.I16;
      case 4 -> ElementType.I32;
      case 8 -> ElementType.I64;
      default -> throw new IllegalArgumentException(dtype + " is not in native memory");
    };
  }

  /** The bits of the first element at an address, in the low bytes. */
  static long bits(long at, int bytes) {
    return switch (bytes) {
      case 1 -> Memory.ALL.get(Memory.I8, at);
      case 2 -> Memory.ALL.get(Memory.I16, at);
      case 4 -> Memory.ALL.get(Memory.I32, at);
      default -> Memory.ALL.get(Memory.I64, at);
    };
  }

  /** The bits of a number rounded to a type. */
  static long bits(DType dtype, double value) {
    Tensor one = Tensor.rounded(dtype, Shape.SCALAR, new double[] {value});
    return switch (dtype.bytes()) {
      case 1 -> one.data().get(Memory.I8, 0);
      case 2 -> one.data().get(Memory.I16, 0);
      case 4 -> one.data().get(Memory.I32, 0);
      default -> one.data().get(Memory.I64, 0);
    };
  }

  static DType dtype(Value value) {
    return value.tensorType().dtype();
  }

  static Shape shape(Value value) {
    return value.tensorType().shape();
  }

  /** Product of the sizes of axes [from, to). */
  static long count(Shape shape, int from, int to) {
    long count = 1;
    for (int i = from; i < to; i++) {
      count *= shape.size(i);
    }
    return count;
  }

  /** A constant input as integers. */
  static Optional<long[]> longs(Value value) {
    return value.isAbsent() ? Optional.empty() : value.constant().map(Tensor::toLongs);
  }

  private Elements() {}
}
