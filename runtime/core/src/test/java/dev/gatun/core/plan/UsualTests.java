package dev.gatun.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsualTests {
  private static Value constant(GraphBuilder b, long... sizes) {
    return b.constant("w", Tensor.of(new float[(int) Shape.of(sizes).elements()], sizes));
  }

  @ParameterizedTest
  @CsvSource({"16, true, ONEDNN", "15, true, VECTOR", "1, true, VECTOR", "64, false, VECTOR"})
  void tallProductsWithConstantsGoToOneDnn(int rows, boolean isConstant, Backend expected) {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, Shape.of(rows, 33)));
    Value w =
        isConstant ? constant(b, 33, 7) : b.input("w", Type.tensor(DType.F32, Shape.of(33, 7)));
    b.output("y", b.add(Matmul.OP, x, w));
    assertEquals(expected, only(b.build(), 4));
  }

  @ParameterizedTest
  @CsvSource({
    // one pixel; a large even image; the same in one thread
    "1, 256, 256, 1, 1, 4, VECTOR",
    "56, 64, 256, 1, 1, 4, ONEDNN",
    "56, 64, 256, 1, 1, 1, ONEDNN",
    // 14 rows do not go well into 4 threads, 16 do; few channels
    "14, 256, 1024, 1, 1, 4, VECTOR",
    "16, 256, 1024, 1, 1, 4, ONEDNN",
    "14, 80, 480, 1, 1, 4, ONEDNN",
    // Winograd, depthwise
    "28, 128, 128, 3, 1, 1, VECTOR",
    "28, 120, 120, 5, 120, 4, VECTOR",
    "28, 120, 120, 5, 120, 1, ONEDNN",
  })
  void imagesGoToWhoIsFaster(
      int size, int in, int out, int kernel, int groups, int threads, Backend expected) {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, Shape.of(1, size, size, in)));
    long pad = kernel / 2;
    Attrs attrs =
        Attrs.of("layout", "NHWC", "groups", (long) groups, "pads", List.of(pad, pad, pad, pad));
    b.output("y", b.add(Conv.OP, attrs, x, constant(b, out, in / groups, kernel, kernel)));
    assertEquals(expected, only(b.build(), threads));
  }

  @Test
  void rowsStayHere() {
    GraphBuilder b = new GraphBuilder("g");
    b.output("y", b.add(Softmax.OP, b.input("x", Type.tensor(DType.F32, Shape.of(999, 768)))));
    assertEquals(Backend.VECTOR, only(b.build(), 1));
  }

  private static Backend only(Graph graph, int threads) {
    assertEquals(1, graph.nodes().size());
    Node node = graph.nodes().get(0);
    return Usual.of(node, threads);
  }
}
