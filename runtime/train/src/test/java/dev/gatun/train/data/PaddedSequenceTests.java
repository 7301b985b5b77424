package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A padded batch gives what its sequences give one by one. */
class PaddedSequenceTests {
  private static final int FEATURES = 4;
  private static final int HIDDEN = 5;
  private static final int[] LENGTHS = {3, 7, 1, 6};

  private static Tensor random(long seed, long... sizes) {
    Random random = new Random(seed);
    float[] values = new float[(int) Shape.of(sizes).elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, sizes);
  }

  private static IndexedDataset sequences() {
    return Dataset.of(LENGTHS.length, i -> Sample.of("x", random(i, LENGTHS[(int) i], FEATURES)));
  }

  private static Batch padded(IndexedDataset data) {
    // Padded with a large number, so that nothing agrees by accident.
    Batching.Padding padding =
        new Batching.Padding(1000, 1, Optional.of("length"), Optional.of("mask"));
    try (BatchCursor cursor = data.batch(Batching.of(4).pad("x", padding)).open(0)) {
      return cursor.next();
    }
  }

  @Test
  void recurrentLayers() {
    GraphBuilder g = new GraphBuilder("g");
    Value x = g.input("x", Type.tensor(DType.F32, -1, -1, FEATURES));
    Value lengths = g.input("lengths", Type.tensor(DType.I32, -1));
    List<Value> out =
        g.add(
            Lstm.OP,
            Attrs.of("hidden", HIDDEN, "layout", 1),
            List.of(
                x,
                g.constant(random(10, 1, 4 * HIDDEN, FEATURES)),
                g.constant(random(11, 1, 4 * HIDDEN, HIDDEN)),
                g.constant(random(12, 1, 8 * HIDDEN)),
                lengths),
            2,
            "");
    g.output("y", out.get(0));
    g.output("last", out.get(1));
    IndexedDataset data = sequences();
    Batch batch = padded(data);
    try (Session session = new Model(g.build(), Map.of(), Map.of()).compile()) {
      Tensor counts = Tensor.whole(DType.I32, Shape.of(4), batch.get("length").toLongs());
      Outputs all = session.run(Map.of("x", batch.get("x"), "lengths", counts));
      for (int i = 0; i < LENGTHS.length; i++) {
        Tensor one = data.get(i).get("x").reshape(Shape.of(1, LENGTHS[i], FEATURES));
        Tensor length = Tensor.whole(DType.I32, Shape.of(1), new long[] {LENGTHS[i]});
        Outputs alone = session.run(Map.of("x", one, "lengths", length));
        assertRows(alone.get("y"), all.get("y"), i, LENGTHS[i] * HIDDEN);
        assertRows(alone.get("last"), all.get("last"), i, HIDDEN);
      }
    }
  }

  @Test
  void attention() {
    GraphBuilder g = new GraphBuilder("g");
    Value x = g.input("x", Type.tensor(DType.F32, -1, 1, -1, FEATURES));
    Value mask = g.input("mask", Type.tensor(DType.BOOL, -1, 1, 1, -1));
    g.output("y", g.add(Attention.OP, x, x, x, mask));
    IndexedDataset data = sequences();
    Batch batch = padded(data);
    long largest = batch.get("x").shape().size(1);
    try (Session session = new Model(g.build(), Map.of(), Map.of()).compile()) {
      boolean[] seen = new boolean[(int) batch.get("mask").elements()];
      for (int i = 0; i < seen.length; i++) {
        seen[i] = batch.get("mask").getFloat(i) == 1;
      }
      Outputs all =
          session.run(
              Map.of(
                  "x",
                  batch.get("x").reshape(Shape.of(4, 1, largest, FEATURES)),
                  "mask",
                  Tensor.of(seen, 4, 1, 1, largest)));
      for (int i = 0; i < LENGTHS.length; i++) {
        boolean[] every = new boolean[LENGTHS[i]];
        java.util.Arrays.fill(every, true);
        Outputs alone =
            session.run(
                Map.of(
                    "x",
                    data.get(i).get("x").reshape(Shape.of(1, 1, LENGTHS[i], FEATURES)),
                    "mask",
                    Tensor.of(every, 1, 1, 1, LENGTHS[i])));
        assertRows(alone.get("y"), all.get("y"), i, LENGTHS[i] * FEATURES);
      }
    }
  }

  /** The first numbers of row i of a batch are those of a batch of one. */
  private static void assertRows(Tensor alone, Tensor all, int i, int count) {
    long row = all.elements() / all.shape().size(0);
    for (int k = 0; k < count; k++) {
      assertEquals(alone.getDouble(k), all.getDouble(i * row + k), 1e-6, "sequence " + i);
    }
  }
}
