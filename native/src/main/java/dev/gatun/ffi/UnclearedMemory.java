package dev.gatun.ffi;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Native memory for what is written before it is read, freed all at once.
 *
 * <p>The JDK's arenas clear what they hand out: for 100 MB of weights that costs about as long as
 * packing them, on one thread. This takes slabs from the C library's {@code malloc}, whose pages
 * come into being when a kernel writes them, on whichever thread that is, and asks Linux for huge
 * pages.
 *
 * <p>May be used by any number of threads at once.
 */
public final class UnclearedMemory implements AutoCloseable {
  /** Large enough that glibc maps it, and gives it back to the system when it is freed. */
  private static final long SLAB = 64L << 20;

  private static final long HUGE_PAGE = 2L << 20;
  private static final int MADV_HUGEPAGE = 14;

  private final long slab;
  private final List<Long> slabs = new ArrayList<>();
  private long next;
  private long end;
  private boolean closed;

  /** The C library's functions, bound when memory is first asked for. */
  private static final class C {
    private static final SymbolLookup LIBRARY = Linker.nativeLinker().defaultLookup();
    static final MethodHandle MALLOC = Functions.find(LIBRARY, "malloc", "pl").orElseThrow();
    static final MethodHandle FREE = Functions.find(LIBRARY, "free", "vp").orElseThrow();
    static final Optional<MethodHandle> ADVISE =
        Platform.current().os() == Platform.Os.LINUX
            ? Functions.find(LIBRARY, "madvise", "ipli")
            : Optional.empty();
  }

  /** The system's {@code madvise}, where there is one. */
  static Optional<MethodHandle> advise() {
    return C.ADVISE;
  }

  /** Memory for many things, in large slabs. */
  public UnclearedMemory() {
    this(SLAB);
  }

  private UnclearedMemory(long slab) {
    this.slab = slab;
  }

  /** Memory for few things: each takes what it needs from the system, and no more. */
  public static UnclearedMemory exact() {
    return new UnclearedMemory(0);
  }

  /**
   * Address of that many bytes.
   *
   * @param alignment a power of two
   * @throws OutOfMemoryError when the system has no more
   */
  public synchronized long allocate(long bytes, long alignment) {
    if (closed) {
      throw new IllegalStateException("the memory is closed");
    }
    if (bytes < 0 || Long.bitCount(alignment) != 1 || bytes > Long.MAX_VALUE / 2 - alignment) {
      throw new IllegalArgumentException(
          "cannot allocate " + bytes + " bytes, aligned to " + alignment);
    }
    long at = next + alignment - 1 & -alignment;
    if (slabs.isEmpty() || at + bytes > end) {
      grow(bytes + alignment);
      at = next + alignment - 1 & -alignment;
    }
    next = at + bytes;
    return at;
  }

  private void grow(long needed) {
    long size = Math.max(slab, needed);
    long address;
    try {
      address = (long) C.MALLOC.invokeExact(size);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
    if (address == 0) {
      throw new OutOfMemoryError("the system has no " + size + " bytes of native memory left");
    }
    slabs.add(address);
    next = address;
    end = address + size;
    long first = address + HUGE_PAGE - 1 & -HUGE_PAGE;
    long last = end & -HUGE_PAGE;
    if (C.ADVISE.isPresent() && first < last) {
      try {
        // Only advice: a system without huge pages says no, and nothing is lost.
        int _ = (int) C.ADVISE.get().invokeExact(first, last - first, MADV_HUGEPAGE);
      } catch (Throwable e) {
        throw NativeCall.unexpected(e);
      }
    }
  }

  /** Frees everything; closing twice is allowed. */
  @Override
  public synchronized void close() {
    closed = true;
    for (long address : slabs) {
      try {
        C.FREE.invokeExact(address);
      } catch (Throwable e) {
        throw NativeCall.unexpected(e);
      }
    }
    slabs.clear();
  }
}
