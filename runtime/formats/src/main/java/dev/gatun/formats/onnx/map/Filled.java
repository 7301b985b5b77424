package dev.gatun.formats.onnx.map;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.proto.DataTypes;
import dev.gatun.formats.onnx.proto.TensorProto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/**
 * Deterministic stand-ins for weights that were stripped from a file: element i of a tensor follows
 * from the tensor's name, its shape and i, so that every engine is given the same network.
 */
public final class Filled {
  private static final long MAX_BYTES = 8L << 30;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
  private static final int CHUNK = 1 << 16;

  /** Whether the file was stripped of a tensor's data. */
  public static boolean isMissing(TensorProto proto) {
    return proto.doc().equals("fill") && proto.hasNoData();
  }

  /** The tensor. */
  public static Tensor tensor(TensorProto proto) {
    Type.OfTensor type = type(proto);
    return Tensor.computed(DType.F32, type.shape(), recipe(proto, type.shape().elements()));
  }

  /** The type of the tensor; only float32 weights are ever stripped. */
  public static Type.OfTensor type(TensorProto proto) {
    if (DataTypes.find(proto.dataType()) != DType.F32) {
      throw new FormatException(proto.title() + ": only float32 tensors can be filled");
    }
    long elements = 1;
    for (long dim : proto.dims()) {
      if (dim < 0 || dim > 0 && elements > MAX_BYTES / 4 / dim) {
        throw new FormatException(
            proto.title() + ": more than " + MAX_BYTES + " bytes would have to be made up");
      }
      elements *= dim;
    }
    return Type.tensor(DType.F32, proto.dims());
  }

  private static Uniform recipe(TensorProto proto, long elements) {
    String name = proto.name();
    double low = -0.1;
    double high = 0.1;
    if (name.endsWith("running_var")) {
      low = 0.5;
      high = 1.5;
    } else if (name.endsWith("running_mean")) {
      high = 0.1;
    } else if (proto.dims().length >= 2) {
      // Uniform with variance 1 / fan-in keeps the scale of activations from layer to layer.
      high = Math.sqrt(3.0 / (elements / (double) proto.dims()[0]));
      low = -high;
    } else if (name.endsWith("weight")) {
      low = 0.9;
      high = 1.1;
    }
    return new Uniform(fnv1a(name), low, high - low);
  }

  /** Numbers in [base, base + range), spread evenly. */
  private record Uniform(long hash, double base, double range) implements Recipe {
    @Override
    public void write(MemorySegment to) {
      long elements = to.byteSize() / 4;
      int chunks = (int) ((elements + CHUNK - 1) / CHUNK);
      IntStream.range(0, chunks)
          .parallel()
          .forEach(
              chunk -> {
                long end = Math.min(elements, (chunk + 1L) * CHUNK);
                for (long i = (long) chunk * CHUNK; i < end; i++) {
                  double unit = (mix(hash + (i + 1) * GOLDEN_RATIO) >>> 40) * 0x1p-24;
                  float value = (float) (base + range * unit);
                  to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, value);
                }
              });
    }
  }

  private static long fnv1a(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ Byte.toUnsignedLong(b)) * 0x100000001B3L;
    }
    return hash;
  }

  // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
  private static long mix(long z) {
    long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
    return b ^ b >>> 31;
  }

  private Filled() {}
}
