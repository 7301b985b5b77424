package dev.gatun.ffi;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A compiled operation of oneDNN with fixed shapes, types and layouts.
 *
 * <p>Immutable and thread-safe: any number of {@link Arguments} run it at the same time, each with
 * its own buffers and scratchpad. Closing it while one of them runs is a mistake of the caller.
 */
public final class OneDnnPrimitive implements AutoCloseable {
  private final OneDnn dnnl;
  private final String what;
  private final String implementation;
  private final Map<Integer, MemoryDesc> args;
  private final long descriptor;
  private volatile long handle;

  OneDnnPrimitive(
      OneDnn dnnl,
      String what,
      String implementation,
      long descriptor,
      long handle,
      Map<Integer, MemoryDesc> args) {
    this.dnnl = dnnl;
    this.what = what;
    this.implementation = implementation;
    this.descriptor = descriptor;
    this.handle = handle;
    this.args = java.util.Collections.unmodifiableMap(args);
  }

  /** Name that oneDNN gives the implementation it chose, for example {@code brgemm:avx512_core}. */
  public String implementation() {
    return implementation;
  }

  /** Numbers ({@link Arg}) of all buffers, the scratchpad included if one is needed. */
  public Set<Integer> args() {
    return args.keySet();
  }

  /**
   * Shape and layout that the buffer {@code arg} must have; where the builder said any, this is
   * what oneDNN chose.
   *
   * @throws IllegalArgumentException when the primitive has no such argument
   */
  public MemoryDesc desc(int arg) {
    MemoryDesc desc = args.get(arg);
    if (desc == null) {
      throw new IllegalArgumentException(
          what + " has no argument " + Arg.name(arg) + ", only " + names());
    }
    return desc;
  }

  /** Bytes of scratch memory that an execution needs; 0 when there is no scratchpad argument. */
  public long scratchpadBytes() {
    MemoryDesc desc = args.get(Arg.SCRATCHPAD);
    return desc == null ? 0 : desc.sizeBytes();
  }

  /** A set of arguments to run this primitive with; all addresses must be set before running. */
  public Arguments arguments() {
    return new Arguments(dnnl, this, args);
  }

  /** Handle of the native primitive; 0 when closed. */
  long handle() {
    return handle;
  }

  List<String> names() {
    return args.keySet().stream().map(Arg::name).toList();
  }

  @Override
  public synchronized void close() {
    long open = handle;
    handle = 0;
    if (open != 0) {
      DnnlScope.destroy(dnnl, "dnnl_primitive_destroy", open);
      DnnlScope.destroy(dnnl, "dnnl_primitive_desc_destroy", descriptor);
    }
  }

  @Override
  public String toString() {
    return what + " by " + implementation;
  }
}
