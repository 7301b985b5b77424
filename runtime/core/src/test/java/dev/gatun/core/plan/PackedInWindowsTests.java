package dev.gatun.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A weight of a file that is packed in several windows, whose pages are let go in between. */
class PackedInWindowsTests {
  private static final int TERMS = 1201;
  private static final int COLUMNS = 2203;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLargeWeightIsPackedWhole(boolean transposed) throws IOException {
    float[] x = random(TERMS, 1);
    float[] weight = random(TERMS * COLUMNS, 2);
    Shape shape = transposed ? Shape.of(COLUMNS, TERMS) : Shape.of(TERMS, COLUMNS);
    GraphBuilder b = new GraphBuilder("large");
    b.output(
        "y",
        b.add(
            Matmul.OP,
            Attrs.of("transposeB", transposed),
            b.input("x", Type.tensor(DType.F32, Shape.of(1, TERMS))),
            b.constant(Tensor.wrap(DType.F32, shape, mapped(weight)))));
    SessionOptions options = SessionOptions.DEFAULT.backend(Backend.VECTOR).threads(2);
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile(options)) {
      Tensor y = session.run("x", Tensor.of(x, 1, TERMS)).get("y");
      for (int j = 0; j < COLUMNS; j++) {
        double sum = 0;
        for (int l = 0; l < TERMS; l++) {
          sum += (double) x[l] * weight[transposed ? j * TERMS + l : l * COLUMNS + j];
        }
        assertEquals(sum, y.getDouble(j), 1e-3, "column " + j);
      }
    }
  }

  private static float[] random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private MemorySegment mapped(float[] values) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("weights"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      long bytes = 4L * values.length;
      MemorySegment memory = file.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
      MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
      return memory;
    }
  }
}
