package dev.gatun.ffi;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of all primitive families share.
 *
 * <p>Implementations that oneDNN calls {@code ref} are refused: they are plain loops, thousands of
 * times slower than the others and than Gatun's own kernels.
 *
 * @param <B> the family
 */
public abstract class PrimitiveBuilder<B extends PrimitiveBuilder<B>> {
  static final int FORWARD_TRAINING = 64;
  static final int FORWARD_INFERENCE = 96;
  static final int BACKWARD = 128;
  static final int BACKWARD_DATA = 160;

  private static final int QUERY_IMPLEMENTATION = 8;
  private static final int QUERY_ARGUMENT = 255;
  private static final long NAME_BYTES = 4096;
  private static final int INVALID_ARGUMENTS = 2;

  private final OneDnn dnnl;
  private Attributes attributes = Attributes.NONE;
  private boolean allowReference;

  PrimitiveBuilder(OneDnn dnnl) {
    this.dnnl = dnnl;
  }

  /** Post-ops, scales and permitted rounding of the primitive. */
  public B attributes(Attributes value) {
    attributes = value;
    return self();
  }

  /** Accepts implementations that oneDNN calls {@code ref}, for tests and one-time work. */
  public B allowReference() {
    allowReference = true;
    return self();
  }

  abstract B self();

  OneDnn dnnl() {
    return dnnl;
  }

  /** Makes a native primitive descriptor with the given attributes. */
  interface Call {
    int create(DnnlScope scope, long out, long attributes) throws Throwable;
  }

  /** The descriptor required, or a clear error which setter was not called. */
  static MemoryDesc required(@Nullable MemoryDesc desc, String primitive, String setter) {
    if (desc == null) {
      throw new IllegalStateException(primitive + " needs " + setter + "(...)");
    }
    return desc;
  }

  /** A forward primitive descriptor, which backward ones are derived from; lives in the scope. */
  long hint(DnnlScope scope, Call forward) {
    return scope.own(
        "forward primitive of a backward one",
        "dnnl_primitive_desc_destroy",
        (s, out) -> forward.create(s, out, s.attributes(Attributes.NONE)));
  }

  /** Builds what {@code call} describes; {@code what} names it and its shapes in reasons. */
  PrimitiveResult build(String what, Call call) {
    return build(what, call, 0, arg -> true);
  }

  /**
   * Builds what {@code call} describes.
   *
   * @param sources number of sources of a concatenation
   * @param used oneDNN also names arguments that the flags of a normalization leave out
   */
  PrimitiveResult build(String what, Call call, int sources, IntPredicate used) {
    try (DnnlScope scope = new DnnlScope(dnnl)) {
      int[] status = new int[1];
      long descriptor;
      try {
        long attr = scope.attributes(attributes);
        descriptor = scope.make(what, (s, out) -> status[0] = call.create(s, out, attr));
      } catch (OneDnnException e) {
        return status[0] == 0 // then it was an attribute, or the forward form of a backward one
            ? refused("rejects (" + e.getMessage() + ")", what)
            : refused(
                status[0] == INVALID_ARGUMENTS ? "rejects (invalid arguments)" : "has no", what);
      }
      boolean built = false;
      try {
        String implementation = implementation(scope, descriptor);
        if (!allowReference && isReference(implementation)) {
          return refused(
              "has only its slow reference implementation (" + implementation + ") of", what);
        }
        Map<Integer, MemoryDesc> args = arguments(scope, descriptor, sources, used);
        long handle =
            scope.make(
                what,
                (s, out) ->
                    (int)
                        dnnl.function("dnnl_primitive_create", "ipp").invokeExact(out, descriptor));
        built = true;
        return PrimitiveResult.built(
            new OneDnnPrimitive(dnnl, what, implementation, descriptor, handle, args));
      } finally {
        if (!built) {
          DnnlScope.destroy(dnnl, "dnnl_primitive_desc_destroy", descriptor);
        }
      }
    }
  }

  /** Whether an implementation of this family is plain loops, by its name. */
  boolean isReference(String implementation) {
    return implementation.contains("ref");
  }

  private PrimitiveResult refused(String reason, String what) {
    return PrimitiveResult.refused(
        "oneDNN " + dnnl.version() + " " + reason + " " + what + attributesText());
  }

  private String attributesText() {
    return attributes.equals(Attributes.NONE) ? "" : " with " + attributes;
  }

  private String implementation(DnnlScope scope, long descriptor) {
    long name =
        scope.make(
            "implementation name",
            (s, out) ->
                (int)
                    dnnl.function("dnnl_primitive_desc_query", "ipiip")
                        .invokeExact(descriptor, QUERY_IMPLEMENTATION, 0, out));
    return MemorySegment.ofAddress(name).reinterpret(NAME_BYTES).getString(0);
  }

  /** Asks the descriptor which buffers the primitive has, in the order of {@link Arg#all}. */
  private Map<Integer, MemoryDesc> arguments(
      DnnlScope scope, long descriptor, int sources, IntPredicate used) {
    Map<Integer, MemoryDesc> args = new LinkedHashMap<>();
    IntFunction<@Nullable MemoryDesc> ask =
        arg -> {
          try {
            return scope.read(
                (long)
                    dnnl.function("dnnl_primitive_desc_query_md", "ppii")
                        .invokeExact(descriptor, QUERY_ARGUMENT, arg));
          } catch (Throwable e) {
            throw NativeCall.unexpected(e);
          }
        };
    for (int i = 0; i < sources; i++) {
      put(args, Arg.source(i), ask.apply(Arg.source(i)));
    }
    for (int arg : Arg.all()) {
      put(args, arg, used.test(arg) ? ask.apply(arg) : null);
    }
    for (int i = 0; i < attributes.postOps().size(); i++) {
      switch (attributes.postOps().get(i)) {
        case PostOp.Binary(BinaryOp op, MemoryDesc operand) ->
            put(args, Arg.postOpBinary(i), ask.apply(Arg.postOpBinary(i)));
        case PostOp.Prelu(int mask) ->
            put(args, Arg.postOpPrelu(i), masked(args.get(Arg.DST), mask));
        case PostOp.Eltwise(Activation activation, float alpha, float beta) -> {}
        case PostOp.Sum(float scale) -> {}
      }
    }
    attributes
        .scaleMasks()
        .forEach(
            (arg, mask) -> put(args, Arg.scales(arg), perChannel(args, arg, mask, DataType.F32)));
    attributes
        .zeroPointMasks()
        .forEach(
            (arg, mask) ->
                put(args, Arg.zeroPoints(arg), perChannel(args, arg, mask, DataType.S32)));
    return args;
  }

  private static void put(Map<Integer, MemoryDesc> args, int arg, @Nullable MemoryDesc desc) {
    if (desc != null) {
      args.put(arg, desc);
    }
  }

  /** Slopes of a PReLU post-op, which oneDNN does not describe: size 1 where the mask is 0. */
  private static @Nullable MemoryDesc masked(@Nullable MemoryDesc dst, int mask) {
    if (dst == null) {
      return null;
    }
    long[] dims = dst.dims();
    for (int i = 0; i < dims.length; i++) {
      dims[i] = (mask >> i & 1) == 1 ? dims[i] : 1;
    }
    return MemoryDesc.rowMajor(DataType.F32, dims);
  }

  private static MemoryDesc perChannel(
      Map<Integer, MemoryDesc> args, int arg, int mask, DataType type) {
    MemoryDesc desc = args.get(arg);
    long count = 1;
    if (desc != null) {
      for (int i = 0; i < desc.rank(); i++) {
        count *= (mask >> i & 1) == 1 ? desc.dimsUnsafe()[i] : 1;
      }
    }
    return MemoryDesc.rowMajor(type, count);
  }

  /** A copy of {@code values}, or {@code n} times {@code value} when there are none. */
  static long[] orDefault(long[] values, int n, long value) {
    if (values.length != 0 && values.length != n) {
      throw new IllegalArgumentException(
          Arrays.toString(values) + " does not have one value for each of " + n + " dimensions");
    }
    long[] result = values.clone();
    if (values.length == 0) {
      result = new long[n];
      Arrays.fill(result, value);
    }
    return result;
  }

  static String text(long[] values, int n, long value) {
    return Arrays.toString(orDefault(values, n, value));
  }
}
