package dev.gatun.core.plan;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.ffi.UnclearedMemory;
import dev.gatun.kernels.Memory;
import java.lang.ref.Reference;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for constants: as they are, and packed for a kernel. Plans of one session share it.
 *
 * <p>Several threads may pack at once: nodes are lowered side by side.
 *
 * <p>A constant that already lies in native memory (mapped from a file) is used where it is. Once
 * one is packed, the pages of the file are let go, and one that can be computed is not kept at all.
 */
public final class Weights implements AutoCloseable {
  private final UnclearedMemory memory = new UnclearedMemory();
  // Identity, not equality: hashing gigabytes of weights is no way to find them again.
  private final IdentityHashMap<Tensor, Long> raw = new IdentityHashMap<>();
  private final IdentityHashMap<Tensor, Map<Object, Long>> packed = new IdentityHashMap<>();
  private final @Nullable Weights lasting;
  private long bytes;

  /** Without any constants yet. */
  public Weights() {
    this(null);
  }

  private Weights(@Nullable Weights lasting) {
    this.lasting = lasting;
  }

  /**
   * Weights of a program that soon makes way for another: what both read alike goes here, the rest
   * is freed when the temporary ones are closed.
   */
  Weights temporary() {
    return new Weights(this);
  }

  /** Address of the tensor's elements. */
  synchronized long address(Tensor tensor) {
    if (lasting != null) {
      return lasting.address(tensor);
    }
    Long known = raw.get(tensor);
    if (known != null) {
      return known;
    }
    long address;
    if (tensor.isNative()) {
      address = tensor.data().address();
    } else {
      address = allocate(tensor.bytes());
      tensor.copyTo(Memory.ALL.asSlice(address, tensor.bytes()));
    }
    raw.put(tensor, address);
    return address;
  }

  /**
   * Address of the tensor in another form, made once.
   *
   * @param format names the form (a text or a record); the same name must mean the same bytes
   * @param size bytes of that form
   * @param pack writes it to the given address
   */
  public long packed(Tensor tensor, Object format, long size, LongConsumer pack) {
    if (lasting != null && (format instanceof GemmPanels || format instanceof NarrowPanels)) {
      return lasting.packed(tensor, format, size, pack);
    }
    Map<Object, Long> forms;
    synchronized (packed) {
      forms = packed.computeIfAbsent(tensor, t -> new ConcurrentHashMap<>());
    }
    return forms.computeIfAbsent(
        format,
        form -> {
          long address = allocate(size);
          pack.accept(address);
          // Whoever needs the original again, for another form, finds it in the system's cache.
          tensor.unload();
          return address;
        });
  }

  /**
   * Runs code with a temporary native copy of the tensor (or the tensor itself if it is native), as
   * packing needs.
   */
  public static void withAddress(Tensor tensor, LongConsumer use) {
    if (tensor.isNative()) {
      try {
        use.accept(tensor.data().address());
      } finally {
        // The tensor keeps the memory alive until here.
        Reference.reachabilityFence(tensor);
      }
      return;
    }
    try (UnclearedMemory temporary = new UnclearedMemory()) {
      long address = temporary.allocate(tensor.bytes(), Memory.ALIGNMENT);
      tensor.copyTo(Memory.ALL.asSlice(address, tensor.bytes()));
      use.accept(address);
    }
  }

  private synchronized long allocate(long size) {
    bytes += size;
    // Kernels may read whole vectors at the end of a row: a line more keeps that inside.
    return memory.allocate(size + Memory.ALIGNMENT, Memory.ALIGNMENT);
  }

  /** Bytes of native memory allocated here; mapped constants do not count. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Frees everything; no plan may run afterwards. */
  @Override
  public void close() {
    memory.close();
  }
}
