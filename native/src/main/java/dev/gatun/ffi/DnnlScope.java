package dev.gatun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The native objects that live while a primitive is built: descriptors, attributes, small arrays.
 *
 * <p>Confined to one thread; closing destroys everything, also when building fails half-way.
 */
final class DnnlScope implements AutoCloseable {
  private static final int SCRATCHPAD_USER = 1;
  private static final int QUERY_NDIMS = 256;
  private static final int QUERY_DIMS = 257;
  private static final int QUERY_DATA_TYPE = 258;
  private static final int QUERY_PADDED_DIMS = 260;
  private static final int QUERY_FORMAT_KIND = 262;
  private static final int QUERY_INNER_BLOCKS = 263;
  private static final int QUERY_STRIDES = 14;
  private static final int FORMAT_KIND_BLOCKED = 2;

  private final OneDnn dnnl;
  private final Arena arena = Arena.ofConfined();
  private final Deque<Runnable> undo = new ArrayDeque<>();

  DnnlScope(OneDnn dnnl) {
    this.dnnl = dnnl;
    // How a primitive splits its work is decided when it is built.
    dnnl.useOneThread();
  }

  /** A call that makes a native object and stores its handle at an address. */
  interface Maker {
    int make(DnnlScope scope, long out) throws Throwable;
  }

  /** Makes an object that {@code destroyer} destroys when the scope closes. */
  long own(String what, String destroyer, Maker maker) {
    long handle = make(what, maker);
    undo.push(() -> destroy(dnnl, destroyer, handle));
    return handle;
  }

  /** Makes an object that outlives the scope. */
  long make(String what, Maker maker) {
    MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
    try {
      check(what, maker.make(this, out.address()));
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  static void check(String what, int status) {
    if (status != 0) {
      throw new OneDnnException(what + ": " + DnnlFunctions.statusName(status));
    }
  }

  static void destroy(OneDnn dnnl, String destroyer, long handle) {
    try {
      int status = (int) dnnl.function(destroyer, "ip").invokeExact(handle);
      check(destroyer, status);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /** Address of a {@code dnnl_dims_t}. */
  long dims(long[] values) {
    MemorySegment dims = arena.allocate(ValueLayout.JAVA_LONG, MemoryDesc.MAX_DIMS);
    MemorySegment.copy(values, 0, dims, ValueLayout.JAVA_LONG, 0, values.length);
    return dims.address();
  }

  /** Address of an array of floats. */
  long floats(float[] values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values).address();
  }

  /** Address of an array of handles. */
  long pointers(long[] values) {
    return arena.allocateFrom(ValueLayout.JAVA_LONG, values).address();
  }

  /** Handle of a native descriptor; 0 for null. */
  long desc(@Nullable MemoryDesc desc) {
    if (desc == null) {
      return 0;
    }
    return own(
        "memory descriptor " + desc,
        "dnnl_memory_desc_destroy",
        (scope, out) -> {
          byte[] blob = desc.blob();
          if (blob != null) {
            long bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, blob).address();
            return (int)
                dnnl.function("dnnl_memory_desc_create_with_blob", "ipp").invokeExact(out, bytes);
          }
          long dims = dims(desc.dimsUnsafe());
          int type = desc.type().code();
          long[] strides = desc.stridesUnsafe();
          if (strides == null) {
            return (int)
                dnnl.function("dnnl_memory_desc_create_with_tag", "ipipii")
                    .invokeExact(out, desc.rank(), dims, type, desc.tag());
          }
          return (int)
              dnnl.function("dnnl_memory_desc_create_with_strides", "ipipip")
                  .invokeExact(out, desc.rank(), dims, type, dims(strides));
        });
  }

  /** Handle of native attributes, always with the scratchpad left to the caller. */
  long attributes(Attributes attributes) {
    long attr =
        own(
            "attributes",
            "dnnl_primitive_attr_destroy",
            (scope, out) ->
                (int) dnnl.function("dnnl_primitive_attr_create", "ip").invokeExact(out));
    setInt(attr, "dnnl_primitive_attr_set_scratchpad_mode", SCRATCHPAD_USER);
    setInt(attr, "dnnl_primitive_attr_set_fpmath_mode", attributes.fpMath().code());
    setInt(attr, "dnnl_primitive_attr_set_deterministic", attributes.deterministic() ? 1 : 0);
    setMasks(attr, "dnnl_primitive_attr_set_scales_mask", attributes.scaleMasks());
    setMasks(attr, "dnnl_primitive_attr_set_zero_points_mask", attributes.zeroPointMasks());
    if (!attributes.postOps().isEmpty()) {
      setPostOps(attr, attributes);
    }
    return attr;
  }

  private void setInt(long attr, String function, int value) {
    try {
      check(function, (int) dnnl.function(function, "ipi").invokeExact(attr, value));
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private void setMasks(long attr, String function, Map<Integer, Integer> masks) {
    masks.forEach(
        (arg, mask) -> {
          try {
            int status =
                (int)
                    dnnl.function(function, "ipii")
                        .invokeExact(attr, arg.intValue(), mask.intValue());
            check(function, status);
          } catch (Throwable e) {
            throw NativeCall.unexpected(e);
          }
        });
  }

  private void setPostOps(long attr, Attributes attributes) {
    long ops =
        own(
            "post-ops",
            "dnnl_post_ops_destroy",
            (scope, out) -> (int) dnnl.function("dnnl_post_ops_create", "ip").invokeExact(out));
    for (PostOp op : attributes.postOps()) {
      try {
        check("post-op " + op, append(ops, op));
      } catch (Throwable e) {
        throw NativeCall.unexpected(e);
      }
    }
    try {
      check(
          "post-ops",
          (int) dnnl.function("dnnl_primitive_attr_set_post_ops", "ipp").invokeExact(attr, ops));
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private int append(long ops, PostOp op) throws Throwable {
    return switch (op) {
      case PostOp.Eltwise(Activation activation, float alpha, float beta) ->
          (int)
              dnnl.function("dnnl_post_ops_append_eltwise", "ipiff")
                  .invokeExact(ops, activation.code(), alpha, beta);
      case PostOp.Sum(float scale) ->
          (int) dnnl.function("dnnl_post_ops_append_sum", "ipfii").invokeExact(ops, scale, 0, 0);
      case PostOp.Binary(BinaryOp binary, MemoryDesc operand) ->
          (int)
              dnnl.function("dnnl_post_ops_append_binary", "ipip")
                  .invokeExact(ops, binary.code(), desc(operand));
      case PostOp.Prelu(int mask) ->
          (int) dnnl.function("dnnl_post_ops_append_prelu", "ipi").invokeExact(ops, mask);
    };
  }

  /** Copies a native descriptor to the heap; null when it is that of an absent argument. */
  @Nullable MemoryDesc read(long desc) {
    if (desc == 0) {
      return null;
    }
    int rank = queryInt(desc, QUERY_NDIMS);
    if (rank == 0) {
      return null;
    }
    DataType type = DataType.ofCode(queryInt(desc, QUERY_DATA_TYPE));
    long[] dims = queryDims(desc, QUERY_DIMS, rank);
    boolean blocked = queryInt(desc, QUERY_FORMAT_KIND) == FORMAT_KIND_BLOCKED;
    if (blocked
        && queryInt(desc, QUERY_INNER_BLOCKS) == 0
        && java.util.Arrays.equals(dims, queryDims(desc, QUERY_PADDED_DIMS, rank))) {
      return MemoryDesc.strided(type, dims, queryDims(desc, QUERY_STRIDES, rank));
    }
    return MemoryDesc.opaque(type, dims, blob(desc), size(desc));
  }

  private int queryInt(long desc, int what) {
    MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
    query(desc, what, out);
    return out.get(ValueLayout.JAVA_INT, 0);
  }

  /** The answer is a pointer into the descriptor. */
  private long[] queryDims(long desc, int what, int rank) {
    MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
    query(desc, what, out);
    return MemorySegment.ofAddress(out.get(ValueLayout.JAVA_LONG, 0))
        .reinterpret(Long.BYTES * (long) rank)
        .toArray(ValueLayout.JAVA_LONG);
  }

  private void query(long desc, int what, MemorySegment out) {
    try {
      check(
          "dnnl_memory_desc_query " + what,
          (int)
              dnnl.function("dnnl_memory_desc_query", "ipip")
                  .invokeExact(desc, what, out.address()));
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private byte[] blob(long desc) {
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    try {
      var getBlob = dnnl.function("dnnl_memory_desc_get_blob", "ippp");
      check("dnnl_memory_desc_get_blob", (int) getBlob.invokeExact(0L, size.address(), desc));
      MemorySegment blob = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
      check(
          "dnnl_memory_desc_get_blob",
          (int) getBlob.invokeExact(blob.address(), size.address(), desc));
      return blob.toArray(ValueLayout.JAVA_BYTE);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private long size(long desc) {
    try {
      return (long) dnnl.function("dnnl_memory_desc_get_size", "lp").invokeExact(desc);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  OneDnn dnnl() {
    return dnnl;
  }

  @Override
  public void close() {
    while (!undo.isEmpty()) {
      undo.pop().run();
    }
    arena.close();
  }
}
