package dev.gatun.models;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Parameter;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Numbers that follow from a name, as the reference values' README describes them. */
final class NamedTensors {
  static Tensor uniform(String name, Shape shape, double low, double high) {
    long seed = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      seed = (seed ^ (b & 0xff)) * 0x100000001b3L;
    }
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      long z = seed + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      values[i] = (float) (low + (high - low) * ((z >>> 40) * 0x1p-24));
    }
    return Tensor.wrap(DType.F32, shape, MemorySegment.ofArray(values));
  }

  static Tensor parameter(Parameter p, double gain) {
    Shape shape = p.shape();
    if (p.name().endsWith("running_var")) {
      return uniform(p.name(), shape, 0.5, 1.5);
    }
    if (p.name().endsWith("running_mean")) {
      return uniform(p.name(), shape, -0.1, 0.1);
    }
    if (shape.rank() >= 2) {
      double bound = Math.sqrt(3 * gain / ((double) shape.elements() / shape.size(0)));
      return uniform(p.name(), shape, -bound, bound);
    }
    return p.name().endsWith("weight")
        ? uniform(p.name(), shape, 0.9, 1.1)
        : uniform(p.name(), shape, -0.1, 0.1);
  }

  private NamedTensors() {}
}
