package dev.gatun.core.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** Where the elements of a tensor come from. */
sealed interface TensorData {
  long bytes();

  /** The elements as memory that lives as long as it is reachable. */
  MemorySegment memory();

  /** Writes the elements to memory of exactly their size. */
  void copyTo(MemorySegment to);

  /** Memory that is there; equal when the bits are. */
  record Kept(MemorySegment memory) implements TensorData {
    @Override
    public long bytes() {
      return memory.byteSize();
    }

    @Override
    public void copyTo(MemorySegment to) {
      to.copyFrom(memory);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Kept(MemorySegment data) && memory.mismatch(data) < 0;
    }

    @Override
    public int hashCode() {
      // The first bytes tell most constants apart; hashing gigabytes of weights would not pay.
      long bytes = memory.byteSize();
      long hash = bytes;
      long words = Math.min(bytes / 8, 16);
      for (long i = 0; i < words; i++) {
        hash = 31 * hash + memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i);
      }
      long counted = bytes < 128 ? bytes : 0;
      for (long i = 8 * words; i < counted; i++) {
        hash = 31 * hash + memory.get(ValueLayout.JAVA_BYTE, i);
      }
      return Long.hashCode(hash);
    }
  }

  /** Elements that are computed when they are needed; equal when the recipes are. */
  final class Computed implements TensorData {
    private final long bytes;
    private final Recipe recipe;
    // Held by whoever reads the elements, so that a reader that asks for each of them is served.
    private WeakReference<MemorySegment> latest = new WeakReference<>(null);

    Computed(long bytes, Recipe recipe) {
      this.bytes = bytes;
      this.recipe = recipe;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public synchronized MemorySegment memory() {
      MemorySegment memory = latest.get();
      if (memory == null) {
        memory = Arena.ofAuto().allocate(Math.max(bytes, 1), 64).asSlice(0, bytes);
        recipe.write(memory);
        latest = new WeakReference<>(memory);
      }
      return memory;
    }

    @Override
    public void copyTo(MemorySegment to) {
      recipe.write(to);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Computed data && bytes == data.bytes && recipe.equals(data.recipe);
    }

    @Override
    public int hashCode() {
      return recipe.hashCode();
    }
  }
}
