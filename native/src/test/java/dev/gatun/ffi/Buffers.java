package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Buffers of one test, each between two guards that must stay as they were.
 *
 * <p>Random numbers come from the seed {@code gatun.test.seed}, which failures print.
 */
final class Buffers implements AutoCloseable {
  private static final long SEED = Long.getLong("gatun.test.seed", 20261121L);
  private static final long GUARD_BYTES = 64;
  private static final byte CANARY = (byte) 0xA5;

  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> guarded = new ArrayList<>();
  private final Random random = new Random(SEED);

  /** A buffer of that many bytes, filled with bytes that are NaN as float. */
  MemorySegment bytes(long bytes) {
    MemorySegment all = arena.allocate(bytes + 2 * GUARD_BYTES, 64);
    all.fill(CANARY);
    guarded.add(all);
    MemorySegment inner = all.asSlice(GUARD_BYTES, bytes);
    inner.fill((byte) 0xFF);
    return inner;
  }

  MemorySegment floats(float[] values) {
    MemorySegment segment = bytes(4L * values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return segment;
  }

  /** Row-major random values for the given dims. */
  float[] random(double low, double high, long... dims) {
    float[] values = new float[Math.toIntExact(Arrays.stream(dims).reduce(1, (a, b) -> a * b))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return values;
  }

  /** Runs a primitive once on f32 values given in row-major order of each argument's dims. */
  Results run(OneDnnPrimitive primitive, Map<Integer, float[]> inputs) {
    return results(primitive, execute(primitive, inputs, Map.of()));
  }

  /** Runs forward, then backward with the same inputs, and the outputs and workspace of forward. */
  Results runBoth(
      OneDnnPrimitive forward,
      OneDnnPrimitive backward,
      Map<Integer, float[]> inputs,
      Map<Integer, float[]> gradients) {
    Map<Integer, MemorySegment> first = execute(forward, inputs, Map.of());
    Map<Integer, float[]> values = new HashMap<>(inputs);
    values.putAll(results(forward, first).values());
    values.putAll(gradients);
    MemorySegment workspace = first.get(Arg.WORKSPACE);
    return results(
        backward,
        execute(backward, values, workspace == null ? Map.of() : Map.of(Arg.WORKSPACE, workspace)));
  }

  private Map<Integer, MemorySegment> execute(
      OneDnnPrimitive primitive, Map<Integer, float[]> inputs, Map<Integer, MemorySegment> given) {
    Map<Integer, MemorySegment> segments = new HashMap<>(given);
    try (Arguments arguments = primitive.arguments()) {
      for (int arg : primitive.args()) {
        MemoryDesc desc = primitive.desc(arg);
        MemorySegment segment = segments.computeIfAbsent(arg, a -> bytes(desc.sizeBytes()));
        float[] values = inputs.get(arg);
        if (values != null) {
          write(desc, values, segment);
        } else if (arg >= Arg.DIFF_SRC && !given.containsKey(arg)) {
          segment.fill((byte) 0); // recurrent cells add to their gradients
        }
        arguments.set(arg, segment.address());
      }
      arguments.execute();
    }
    assertGuardsIntact();
    return segments;
  }

  private Results results(OneDnnPrimitive primitive, Map<Integer, MemorySegment> segments) {
    Map<Integer, float[]> outputs = new HashMap<>();
    segments.forEach(
        (arg, segment) -> {
          if (arg != Arg.SCRATCHPAD && arg != Arg.WORKSPACE) {
            outputs.put(arg, read(primitive.desc(arg), segment));
          }
        });
    return new Results(outputs);
  }

  /** What a primitive wrote, by argument. */
  record Results(Map<Integer, float[]> values) {
    float[] get(int arg) {
      return Objects.requireNonNull(values.get(arg), () -> "no result " + Arg.name(arg));
    }
  }

  /** Stores row-major values in the layout of {@code desc}; blocked ones through a reorder. */
  void write(MemoryDesc desc, float[] values, MemorySegment to) {
    if (desc.type() == DataType.F32 && desc.isStrided()) {
      forEach(desc, (i, at) -> to.setAtIndex(ValueLayout.JAVA_FLOAT, at, values[i]));
    } else {
      MemorySegment plain = floats(values);
      Libraries.oneDnn()
          .reorder(
              MemoryDesc.rowMajor(DataType.F32, desc.dims()), plain.address(), desc, to.address());
    }
  }

  float[] read(MemoryDesc desc, MemorySegment from) {
    float[] values =
        new float[Math.toIntExact(Arrays.stream(desc.dims()).reduce(1, (a, b) -> a * b))];
    if (desc.type() == DataType.F32 && desc.isStrided()) {
      forEach(desc, (i, at) -> values[i] = from.getAtIndex(ValueLayout.JAVA_FLOAT, at));
    } else {
      MemorySegment plain = bytes(4L * values.length);
      Libraries.oneDnn()
          .reorder(
              desc,
              from.address(),
              MemoryDesc.rowMajor(DataType.F32, desc.dims()),
              plain.address());
      MemorySegment.copy(plain, ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
    }
    return values;
  }

  private interface Visit {
    void element(int rowMajorIndex, long offset);
  }

  private static void forEach(MemoryDesc desc, Visit visit) {
    long[] dims = desc.dims();
    long[] strides = desc.strides();
    int count = Math.toIntExact(Arrays.stream(dims).reduce(1, (a, b) -> a * b));
    for (int i = 0; i < count; i++) {
      long rest = i;
      long at = 0;
      for (int d = dims.length - 1; d >= 0; d--) {
        at += rest % dims[d] * strides[d];
        rest /= dims[d];
      }
      visit.element(i, at);
    }
  }

  void assertGuardsIntact() {
    for (MemorySegment all : guarded) {
      for (long i = 0; i < GUARD_BYTES; i++) {
        assertEquals(CANARY, all.get(ValueLayout.JAVA_BYTE, i), "written before the buffer");
        assertEquals(
            CANARY,
            all.get(ValueLayout.JAVA_BYTE, all.byteSize() - 1 - i),
            "written after the buffer");
      }
    }
  }

  /** Compares with a tolerance relative to the largest magnitude, as sums cancel. */
  static void assertClose(double[] expected, float[] actual, double tolerance) {
    assertEquals(expected.length, actual.length);
    double scale = 1;
    for (double e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(expected[i] - actual[i]);
      assertTrue(
          error <= tolerance * scale,
          "element "
              + i
              + ": expected "
              + expected[i]
              + ", got "
              + actual[i]
              + " (tolerance "
              + tolerance * scale
              + ", seed "
              + SEED
              + ")");
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
