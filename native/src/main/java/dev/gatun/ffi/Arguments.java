package dev.gatun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one execution of a primitive, made once and run many times.
 *
 * <p>Not thread-safe: each thread (or each context of a plan) has its own. Buffers are plain
 * addresses that stay the caller's; they are checked for being set, never for their size. Setting
 * an address and running allocate nothing.
 */
public final class Arguments implements AutoCloseable {
  private static final int ENTRY_BYTES = 16; // struct { int arg; dnnl_memory_t memory; }
  private static final int BUFFER_ALIGNMENT = 64;
  private static final int STREAM_IN_ORDER = 1;
  private static final long UNSET = -1; // never an aligned address

  private final OneDnn dnnl;
  private final OneDnnPrimitive primitive;
  private final MethodHandle execute;
  private final MethodHandle setDataHandle;
  // Shared, because the thread that closes a session is seldom the one that opened it.
  private final Arena arena = Arena.ofShared();
  private final int[] args;
  private final long[] memories;
  private final long[] addresses;
  private final long entries;
  private long stream;
  private int unset;
  private @Nullable Thread thread;

  Arguments(OneDnn dnnl, OneDnnPrimitive primitive, Map<Integer, MemoryDesc> descs) {
    this.dnnl = dnnl;
    this.primitive = primitive;
    this.execute = dnnl.execute();
    this.setDataHandle = dnnl.setDataHandle();
    this.args = descs.keySet().stream().mapToInt(Integer::intValue).toArray();
    this.memories = new long[args.length];
    this.addresses = new long[args.length];
    this.unset = args.length;
    Arrays.fill(addresses, UNSET);
    MemorySegment table =
        arena.allocate((long) ENTRY_BYTES * Math.max(1, args.length), ENTRY_BYTES);
    this.entries = table.address();
    try (DnnlScope scope = new DnnlScope(dnnl)) {
      for (int i = 0; i < args.length; i++) {
        long desc = scope.desc(descs.get(args[i]));
        memories[i] =
            scope.make(
                "dnnl_memory_create",
                (s, out) ->
                    (int)
                        dnnl.function("dnnl_memory_create", "ipppp")
                            .invokeExact(out, desc, dnnl.engine(), 0L));
        table.set(ValueLayout.JAVA_INT, (long) ENTRY_BYTES * i, args[i]);
        table.set(ValueLayout.JAVA_LONG, (long) ENTRY_BYTES * i + 8, memories[i]);
      }
      stream =
          scope.make(
              "dnnl_stream_create",
              (s, out) ->
                  (int)
                      dnnl.function("dnnl_stream_create", "ippi")
                          .invokeExact(out, dnnl.engine(), STREAM_IN_ORDER));
    }
  }

  /**
   * Sets where the buffer {@code arg} is.
   *
   * @param arg a number of {@link Arg}
   * @param address of {@code desc(arg).sizeBytes()} bytes, best aligned to 64
   * @throws IllegalArgumentException when the primitive has no such argument
   */
  public Arguments set(int arg, long address) {
    for (int i = 0; i < args.length; i++) {
      if (args[i] == arg) {
        setSlot(i, address);
        return this;
      }
    }
    throw new IllegalArgumentException(
        primitive + " has no argument " + Arg.name(arg) + ", only " + primitive.names());
  }

  /** Whether the primitive has the argument {@code arg}. */
  public boolean has(int arg) {
    for (int a : args) {
      if (a == arg) {
        return true;
      }
    }
    return false;
  }

  /** Gives the primitive a scratchpad that lives as long as these arguments, if it needs one. */
  public Arguments ownScratchpad() {
    long bytes = primitive.scratchpadBytes();
    return bytes == 0
        ? this
        : set(Arg.SCRATCHPAD, arena.allocate(bytes, BUFFER_ALIGNMENT).address());
  }

  private void setSlot(int slot, long address) {
    if (addresses[slot] == address) {
      return;
    }
    int status;
    try {
      status = (int) setDataHandle.invokeExact(memories[slot], address);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
    if (status != 0) {
      throw failed("dnnl_memory_set_data_handle", status);
    }
    unset -= addresses[slot] == UNSET ? 1 : 0;
    addresses[slot] = address;
  }

  /**
   * Runs the primitive in this thread and returns when it is done.
   *
   * @throws IllegalStateException when an address was not set, or something is closed
   * @throws OneDnnException when oneDNN reports an error
   */
  public void execute() {
    long handle = primitive.handle();
    if (unset != 0 || handle == 0 || stream == 0) {
      throw notReady(handle);
    }
    Thread current = Thread.currentThread();
    if (!current.equals(thread) || current.isVirtual()) {
      // OpenMP keeps its number of threads for each thread of the system: these arguments may have
      // moved to another one, and a virtual thread may itself.
      dnnl.useOneThread();
      thread = current;
    }
    int status;
    try {
      status = (int) execute.invokeExact(handle, stream, args.length, entries);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
    if (status != 0) {
      throw failed("dnnl_primitive_execute", status);
    }
  }

  private IllegalStateException notReady(long handle) {
    if (handle == 0 || stream == 0) {
      return new IllegalStateException(
          primitive + ": the " + (handle == 0 ? "primitive is" : "arguments are") + " closed");
    }
    StringBuilder missing = new StringBuilder();
    for (int i = 0; i < args.length; i++) {
      if (addresses[i] == UNSET) {
        missing.append(' ').append(Arg.name(args[i]));
      }
    }
    return new IllegalStateException(primitive + ": set(...) was not called for" + missing);
  }

  private OneDnnException failed(String function, int status) {
    return new OneDnnException(
        primitive + ": " + function + ": " + DnnlFunctions.statusName(status));
  }

  @Override
  public void close() {
    if (stream != 0) {
      DnnlScope.destroy(dnnl, "dnnl_stream_destroy", stream);
      stream = 0;
      for (long memory : memories) {
        DnnlScope.destroy(dnnl, "dnnl_memory_destroy", memory);
      }
      arena.close();
    }
  }
}
