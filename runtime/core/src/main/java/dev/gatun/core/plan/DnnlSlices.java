package dev.gatun.core.plan;

import dev.gatun.ffi.Arg;
import dev.gatun.ffi.Attributes;
import dev.gatun.ffi.MemoryDesc;
import dev.gatun.ffi.OneDnnPrimitive;
import dev.gatun.ffi.PostOp;
import dev.gatun.ffi.PrimitiveResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Collects the slices of a kernel while it is lowered: one primitive for each distinct size, the
 * operands, and the reason if oneDNN refuses one of them.
 */
final class DnnlSlices {
  /** A primitive was refused; the message is oneDNN's reason. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason, null, false, false);
    }
  }

  private final Resources resources;
  private final Map<Object, SharedPrimitive> primitives = new HashMap<>();
  private final List<DnnlKernel.Operand> operands = new ArrayList<>();
  private final List<DnnlKernel.Slice> slices = new ArrayList<>();

  DnnlSlices(Target target) {
    resources = target.resources();
  }

  /** Adds an operand that lies in one of the step's buffers. */
  DnnlSlices operand(int arg, int buffer) {
    operands.add(new DnnlKernel.Operand(arg, buffer));
    return this;
  }

  /** Adds an operand of which each slice gives the address. */
  DnnlSlices fixed(int arg) {
    return operand(arg, -1);
  }

  /** Adds the operands of post-ops. */
  DnnlSlices operands(DnnlTail tail) {
    for (int i = 0; i < tail.steps().size(); i++) {
      if (tail.steps().get(i) instanceof DnnlTail.Step.Combine combine) {
        operand(Arg.postOpBinary(i), combine.input());
      }
    }
    return this;
  }

  /**
   * The primitive for this size, built when it is first asked for.
   *
   * @throws RefusedException if oneDNN refuses it
   */
  SharedPrimitive primitive(Object size, Supplier<PrimitiveResult> build) {
    SharedPrimitive known = primitives.get(size);
    if (known == null) {
      PrimitiveResult result = build.get();
      OneDnnPrimitive built =
          result.primitive().orElseThrow(() -> new RefusedException(result.reason()));
      known = resources.own(new SharedPrimitive(built));
      primitives.put(size, known);
    }
    return known;
  }

  /** Adds a run; {@code at} has a value for each operand in the order in which they were added. */
  void slice(SharedPrimitive primitive, DnnlKernel.Block block, List<Long> at) {
    slices.add(
        new DnnlKernel.Slice(primitive, at.stream().mapToLong(Long::longValue).toArray(), block));
  }

  List<DnnlKernel.Operand> operands() {
    return operands;
  }

  List<DnnlKernel.Slice> slices() {
    return slices;
  }

  /** Name of the first primitive's implementation. */
  String implementation() {
    return slices.isEmpty() ? "" : slices.get(0).primitive().primitive().implementation();
  }

  /** Attributes with the tail's post-ops for a block of the result and of a value a column. */
  static Attributes attributes(DnnlTail tail, MemoryDesc block, MemoryDesc column) {
    Attributes attributes = Attributes.NONE;
    for (DnnlTail.Step step : tail.steps()) {
      attributes =
          attributes.then(
              switch (step) {
                case DnnlTail.Step.Function f ->
                    new PostOp.Eltwise(f.activation(), f.alpha(), f.beta());
                case DnnlTail.Step.Combine c ->
                    new PostOp.Binary(c.op(), c.column() ? column : block);
              });
    }
    return attributes;
  }
}
