package dev.gatun.core.tensor;

import java.lang.foreign.MemorySegment;

/** One number everywhere. */
record Filling(DType dtype, double value) implements Recipe {
  @Override
  public void write(MemorySegment to) {
    if (to.byteSize() == 0) {
      return;
    }
    long done = dtype.bytes();
    Tensor.scalar(dtype, value).copyTo(to.asSlice(0, done));
    while (done < to.byteSize()) { // what is there doubles
      long more = Math.min(done, to.byteSize() - done);
      MemorySegment.copy(to, 0, to, done, more);
      done += more;
    }
  }
}
