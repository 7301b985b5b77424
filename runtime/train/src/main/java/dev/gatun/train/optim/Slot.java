package dev.gatun.train.optim;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/**
 * What an optimizer remembers of a parameter.
 *
 * @param dtype element type
 * @param single one number, not one an element
 * @param first the value before the first step
 */
public record Slot(String name, DType dtype, boolean single, double first) {
  /** A number an element, 0 first. */
  public static Slot each(String name) {
    return new Slot(name, DType.F32, false, 0);
  }

  /** A number an element. */
  public static Slot each(String name, double first) {
    return new Slot(name, DType.F32, false, first);
  }

  /** One number in double precision, for products of decay rates. */
  public static Slot single(String name, double first) {
    return new Slot(name, DType.F64, true, first);
  }

  /** What is remembered of a parameter of that shape before the first step. */
  public Tensor start(Shape parameter) {
    return Tensor.filled(dtype, single ? Shape.SCALAR : parameter, first);
  }
}
