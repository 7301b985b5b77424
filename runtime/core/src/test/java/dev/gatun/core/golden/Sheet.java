package dev.gatun.core.golden;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;

/** Short names for the operators that formulas of golden modules are written with. */
record Sheet(GoldenCase c) {
  Value in(String name) {
    return c.in(name);
  }

  Value add(Value x, Value y) {
    return c.node("add", x, y);
  }

  Value add(Value x, double y) {
    return add(x, c.number(x, y));
  }

  Value sub(Value x, Value y) {
    return c.node("sub", x, y);
  }

  /** 1 - x. */
  Value rest(Value x) {
    return sub(c.number(x, 1), x);
  }

  Value mul(Value x, Value y) {
    return c.node("mul", x, y);
  }

  Value mul(Value x, double y) {
    return mul(x, c.number(x, y));
  }

  Value div(Value x, Value y) {
    return c.node("div", x, y);
  }

  Value square(Value x) {
    return mul(x, x);
  }

  Value sqrt(Value x) {
    return c.node("sqrt", x);
  }

  Value matmul(Value x, Value y) {
    return c.node("matmul", x, y);
  }

  /** x times the transpose of y. */
  Value matmulTransposed(Value x, Value y) {
    return c.node("matmul", Attrs.of("transposeB", true), x, y);
  }

  Value einsum(String equation, Value... x) {
    return c.node("einsum", Attrs.of("equation", equation), x);
  }

  Value softmax(Value x, long axis) {
    return c.node("softmax", Attrs.of("axis", axis), x);
  }

  Value sum(Value x, boolean keep, long... axes) {
    return c.node("reduceSum", Attrs.of("keepDims", keep), x, c.vector(axes));
  }

  Value total(Value x) {
    return c.node("reduceSum", Attrs.of("keepDims", false), x);
  }

  Value mean(Value x) {
    return c.node("reduceMean", Attrs.of("keepDims", false), x);
  }

  Value reshape(Value x, long... sizes) {
    return c.node("reshape", x, c.vector(sizes));
  }

  Value unsqueeze(Value x, long... axes) {
    return c.node("unsqueeze", x, c.vector(axes));
  }

  /** Elements [from, to) of an axis. */
  Value slice(Value x, long axis, long from, long to) {
    return c.node("slice", x, c.vector(from), c.vector(to), c.vector(axis));
  }

  Value concat(long axis, Value... x) {
    return c.node("concat", Attrs.of("axis", axis), x);
  }

  Value stop(Value x) {
    return c.node("stopGradient", x);
  }

  /** A value in the shape that the file has for an output: single numbers are kept as vectors. */
  Value as(String output, Value x) {
    return reshape(x, c.tensor(output).shape().sizes());
  }

  Value constant(double[] values, long... sizes) {
    return c.builder().constant(Tensor.rounded(DType.F32, Shape.of(sizes), values));
  }

  long size(Value x, int axis) {
    return x.tensorType().shape().size(axis);
  }
}
