package dev.gatun.core.pass;

import dev.gatun.core.plan.Weights;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.StridedCopy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A large constant with its axes in another order, written when a kernel packs it: so it is never
 * held beside the original.
 */
record TransposedWeight(Tensor weight, List<Integer> perm) implements Recipe {
  /** The tensor whose axis i is axis perm[i] of the weight. */
  static Tensor of(Tensor weight, int[] perm) {
    long[] sizes = IntStream.of(perm).mapToLong(weight.shape()::size).toArray();
    return Tensor.computed(
        weight.dtype(),
        Shape.of(sizes),
        new TransposedWeight(weight, IntStream.of(perm).boxed().toList()));
  }

  @Override
  public void write(MemorySegment to) {
    if (to.isNative()) {
      write(to.address());
      return;
    }
    try (Arena temporary = Arena.ofShared()) {
      MemorySegment copy = temporary.allocate(to.byteSize(), 64);
      write(copy.address());
      to.copyFrom(copy);
    }
  }

  private void write(long to) {
    int[] order = perm.stream().mapToInt(Integer::intValue).toArray();
    StridedCopy copy = StridedCopy.transpose(weight.dtype().bytes(), weight.shape().sizes(), order);
    Weights.withAddress(
        weight,
        from -> IntStream.range(0, copy.tasks()).parallel().forEach(t -> copy.run(from, to, t)));
    weight.unload();
  }
}
