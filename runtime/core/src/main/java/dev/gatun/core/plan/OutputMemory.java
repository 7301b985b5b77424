package dev.gatun.core.plan;

import dev.gatun.core.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Arrays for results: those that were given back, else new ones.
 *
 * <p>A new array is cleared, its pages are fresh, and a large one goes past the young generation
 * into the old one, which then grows until a full collection.
 */
public final class OutputMemory {
  /** Smaller ones are garbage of the young generation, which costs nothing. */
  private static final long LEAST_BYTES = 1 << 16;

  /** Arrays kept; beyond that the one given back first goes. */
  private static final int MOST_ARRAYS = 16;

  private record Kept(DType dtype, MemorySegment array) {}

  private final List<Kept> kept = new ArrayList<>();

  /** The arrays of one run. */
  public final class Lease {
    private final List<Kept> taken = new ArrayList<>();

    /** An array of the type's own elements; what is in it is left over from earlier. */
    public MemorySegment take(DType dtype, int count) {
      MemorySegment array = OutputMemory.this.take(dtype, count);
      if (array.byteSize() >= LEAST_BYTES) {
        taken.add(new Kept(dtype, array));
      }
      return array;
    }

    /** Gives all back for later runs: nobody may read them any more. */
    public void giveBack() {
      give(taken);
      taken.clear();
    }
  }

  /** For the arrays of one run. */
  public Lease lease() {
    return new Lease();
  }

  private MemorySegment take(DType dtype, int count) {
    long bytes = (long) count * dtype.bytes();
    if (bytes >= LEAST_BYTES) {
      synchronized (kept) {
        for (Iterator<Kept> each = kept.iterator(); each.hasNext(); ) {
          Kept candidate = each.next();
          if (candidate.dtype == dtype && candidate.array.byteSize() == bytes) {
            each.remove();
            return candidate.array;
          }
        }
      }
    }
    // Arrays of the element type itself: any user can then view them with that type's alignment.
    return switch (dtype.bytes()) {
      case 8 ->
          dtype == DType.F64
              ? MemorySegment.ofArray(new double[count])
              : MemorySegment.ofArray(new long[count]);
      case 4 ->
          dtype == DType.F32
              ? MemorySegment.ofArray(new float[count])
              : MemorySegment.ofArray(new int[count]);
      case 2 -> MemorySegment.ofArray(new short[count]);
      default -> MemorySegment.ofArray(new byte[count]);
    };
  }

  private void give(List<Kept> arrays) {
    synchronized (kept) {
      kept.addAll(arrays);
      while (kept.size() > MOST_ARRAYS) {
        kept.remove(0);
      }
    }
  }
}
