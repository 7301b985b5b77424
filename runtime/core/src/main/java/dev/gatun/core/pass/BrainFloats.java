package dev.gatun.core.pass;

import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A float32 tensor rounded to bfloat16, ties to even, when a kernel packs it. */
record BrainFloats(Tensor weight) implements Recipe {
  @Override
  public void write(MemorySegment to) {
    MemorySegment from = weight.data();
    for (long i = 0; i < weight.elements(); i++) {
      int bits = from.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * i);
      boolean isNaN = (bits & 0x7fffffff) > 0x7f800000;
      int rounded = isNaN ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >> 16;
      to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short) rounded);
    }
    weight.unload();
  }
}
