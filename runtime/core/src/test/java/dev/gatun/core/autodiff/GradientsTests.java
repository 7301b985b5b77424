package dev.gatun.core.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.GraphText;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.Floor;
import dev.gatun.core.op.Gelu;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Ops;
import dev.gatun.core.op.ReduceMean;
import dev.gatun.core.op.ReduceSum;
import dev.gatun.core.op.Round;
import dev.gatun.core.op.Sin;
import dev.gatun.core.op.SoftmaxCrossEntropy;
import dev.gatun.core.op.Unique;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What {@link Gradients} does with graphs: paths, sums of paths, cuts, depth and errors. */
class GradientsTests {
  private static Tensor random(SplittableRandom random, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.doubles(shape.elements(), -1, 1).toArray();
    return Tensor.rounded(DType.F64, shape, values);
  }

  private static Value total(GraphBuilder b, Value x) {
    return b.add(ReduceSum.OP, Attrs.of("keepDims", false), x);
  }

  private static double[] gradient(GraphBuilder b, Value loss, Value x, double... at) {
    Value dx = Gradients.of(b, loss, List.of(x)).get(0);
    b.output("dx", dx);
    Tensor value = Tensor.rounded(DType.F64, x.tensorType().shape(), at);
    return new Interpreter().tensor(b.build(), value).toDoubles();
  }

  @Test
  void aNetworkOfTwoLayers() {
    SplittableRandom random = new SplittableRandom(1);
    Tensor labels = Tensor.vector(2, 0, 1, 2, 2);
    GradientCheck.check(
        "mlp",
        (b, x) -> {
          Value hidden =
              b.add(Gelu.OP, b.add(Add.OP, b.add(Matmul.OP, x.get(0), x.get(1)), x.get(2)));
          Value logits = b.add(Add.OP, b.add(Matmul.OP, hidden, x.get(3)), x.get(4));
          return List.of(b.add(SoftmaxCrossEntropy.OP, logits, b.constant(labels)));
        },
        List.of(
            random(random, 5, 4),
            random(random, 4, 7),
            random(random, 7),
            random(random, 7, 3),
            random(random, 3)),
        1e-7);
  }

  @Test
  void pathsAddUp() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 2));
    Value y = b.add(Add.OP, b.add(Mul.OP, x, x), b.add(Mul.OP, x, b.add(Mul.OP, x, x)));
    assertArrayEquals(new double[] {5, 16}, gradient(b, total(b, y), x, 1, 2), 1e-12);
  }

  @Test
  void manyProductsWithOneWeightHaveOneWeightGradient() {
    GradientCheck.Function steps =
        (b, x) -> {
          Value h = x.get(0);
          for (int i = 0; i < 4; i++) {
            h = b.add(Sin.OP, b.add(Matmul.OP, h, x.get(1)));
          }
          return List.of(h, b.add(Mul.OP, x.get(1), x.get(1)));
        };
    SplittableRandom random = new SplittableRandom(2);
    GradientCheck.check("steps", steps, List.of(random(random, 3, 2), random(random, 2, 2)), 1e-7);
    GraphBuilder b = new GraphBuilder("test");
    Value h = b.input("h", Type.tensor(DType.F64, 3, 2));
    Value w = b.input("w", Type.tensor(DType.F64, 2, 2));
    Value loss = total(b, steps.build(b, List.of(h, w)).get(0));
    Value dw = Gradients.of(b, loss, List.of(w)).get(0);
    assertEquals(Matmul.OP, dw.producer().orElseThrow().op());
    assertEquals(12, dw.producer().orElseThrow().input(0).tensorType().shape().size(0));
  }

  private static List<Datum> batchGradients(long batch, List<Datum> values) {
    GraphBuilder b = new GraphBuilder("batch");
    Value x = b.input("x", Type.tensor(DType.F64, batch, 4));
    Value labels = b.input("labels", Type.tensor(DType.I64, batch));
    Value w = b.input("w", Type.tensor(DType.F64, 4, 6));
    Value scale = b.input("scale", Type.tensor(DType.F64, 6));
    Value v = b.input("v", Type.tensor(DType.F64, 6, 3));
    Value hidden = b.add(LayerNorm.OP, b.add(Gelu.OP, b.add(Matmul.OP, x, w)), scale);
    Value logits = b.add(Matmul.OP, hidden, v);
    Value loss = b.add(SoftmaxCrossEntropy.OP, logits, labels);
    Value decay = b.add(ReduceMean.OP, Attrs.of("keepDims", false), b.add(Mul.OP, hidden, hidden));
    List<Value> gradients = Gradients.of(b, b.add(Add.OP, loss, decay), List.of(x, w, scale, v));
    gradients.forEach(gradient -> b.output(gradient.name(), gradient));
    return new Interpreter().run(b.build(), values);
  }

  @Test
  void theBatchMayBeUnknown() {
    SplittableRandom random = new SplittableRandom(3);
    List<Datum> values =
        List.of(
            random(random, 5, 4),
            Tensor.vector(2, 0, 1, 2, 2),
            random(random, 4, 6),
            random(random, 6),
            random(random, 6, 3));
    List<Datum> expected = batchGradients(5, values);
    List<Datum> found = batchGradients(Shape.UNKNOWN, values);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).type(), found.get(i).type());
      assertArrayEquals(
          ((Tensor) expected.get(i)).toDoubles(), ((Tensor) found.get(i)).toDoubles(), 1e-14);
    }
  }

  @Test
  void aThirdDerivative() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 3));
    Value y = b.add(Sin.OP, x);
    for (int i = 0; i < 2; i++) {
      y = Gradients.of(b, total(b, y), List.of(x)).get(0);
    }
    double[] at = {0.1, 1, 2};
    double[] expected = {-Math.cos(0.1), -Math.cos(1), -Math.cos(2)};
    assertArrayEquals(expected, gradient(b, total(b, y), x, at), 1e-12);
  }

  @Test
  void whatTheLossDoesNotDependOnGetsZeros() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 2));
    Value other = b.input("other", Type.tensor(DType.F32, 2, 3));
    Value dx = Gradients.of(b, total(b, x), List.of(x, other)).get(1);
    assertEquals(other.type(), dx.type());
    b.output("dx", dx);
    Tensor value =
        (Tensor)
            new Interpreter()
                .run(
                    b.build(),
                    List.of(
                        Tensor.rounded(DType.F64, Shape.of(2), new double[2]),
                        Tensor.rounded(DType.F32, Shape.of(2, 3), new double[6])))
                .get(0);
    assertArrayEquals(new double[6], value.toDoubles());
  }

  @Test
  void pathsThroughIntegersAndStopsAreCut() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 2));
    Value whole =
        b.add(Cast.OP, Attrs.of("to", DType.F64), b.add(Cast.OP, Attrs.of("to", DType.I64), x));
    Value y = b.add(Mul.OP, b.add(Add.OP, x, whole), Gradients.stop(b, x));
    assertArrayEquals(new double[] {1.5, 2.25}, gradient(b, total(b, y), x, 1.5, 2.25), 0);
  }

  @Test
  void castsConvertTheGradientBack() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 2));
    Value half = b.add(Cast.OP, Attrs.of("to", DType.F16), x);
    Value y = b.add(Cast.OP, Attrs.of("to", DType.F64), b.add(Mul.OP, half, half));
    assertArrayEquals(new double[] {2, 4.5}, gradient(b, total(b, y), x, 1, 2.25), 0);
  }

  @Test
  void straightThroughPassesTheGradientOn() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 2));
    Value rounded = Gradients.straightThrough(b, x, b.add(Round.OP, x));
    Value y = b.add(Mul.OP, rounded, rounded);
    assertArrayEquals(new double[] {2, 4}, gradient(b, total(b, y), x, 1.25, 1.75), 0);
  }

  @Test
  void anOperatorOfOnesOwnHasTheGradientItStates() {
    // Gradient reversal (Ganin and Lempitsky 2015): nothing on the way there, -lambda dy back.
    OpDef reversal =
        OpDef.named("reversal")
            .attr("lambda", 1.0)
            .pointwise(1, (e, a, x) -> x.get(0))
            .gradient(
                g -> {
                  Value lambda =
                      g.b().constant(Tensor.scalar(DType.F64, -g.attrs().real("lambda")));
                  return List.of(g.b().add(Mul.OP, g.dy(), lambda));
                })
            .define();
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 2));
    Value y = b.add(reversal, Attrs.of("lambda", 0.5), b.add(Mul.OP, x, x));
    Value loss = total(b, b.add(Mul.OP, y, y));
    double[] expected = {-0.5 * 4 * 27, -0.5 * 4 * 8};
    assertArrayEquals(expected, gradient(b, loss, x, 3, 2), 0);
    b.output("y", y);
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile()) {
      Outputs outputs = session.run("x", Tensor.of(new double[] {3, 2}, 2));
      assertArrayEquals(new double[] {9, 4}, outputs.get("y").toDoubles(), 0);
      assertArrayEquals(expected, outputs.get("dx").toDoubles(), 0);
    }
  }

  @Test
  void graphsDeeperThanTheStack() {
    GraphBuilder b = new GraphBuilder("deep");
    Value x = b.input("x", Type.tensor(DType.F64, 1));
    Value y = x;
    for (int i = 0; i < 20_000; i++) {
      y = b.add(i % 2 == 0 ? Sin.OP : Floor.OP, y);
      y = i % 2 == 0 ? y : b.add(Add.OP, y, x);
    }
    double[] gradient = gradient(b, total(b, y), x, 0.5);
    assertEquals(1, gradient[0], 0); // the floors cut all but the last sum
    GraphBuilder c = new GraphBuilder("deep");
    Value z = c.input("x", Type.tensor(DType.F64, 1));
    Value sum = z;
    for (int i = 0; i < 20_000; i++) {
      sum = c.add(Add.OP, c.add(Mul.OP, sum, c.constant(Tensor.scalar(DType.F64, 0.5))), z);
    }
    assertEquals(2, gradient(c, total(c, sum), z, 0.5)[0], 1e-12);
  }

  @Test
  void gradientGraphsAreTextLikeOthers() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 4));
    Value first = Gradients.of(b, total(b, b.add(Gelu.OP, x)), List.of(x)).get(0);
    Value second = Gradients.of(b, total(b, first), List.of(x)).get(0);
    b.output("second", second);
    Graph graph = b.build();
    String text = GraphText.full(graph);
    assertTrue(text.contains("gelu.d0_0_1.d0_0_1_2("), text);
    Graph again = new GraphParser(Ops.ALL).parse(text);
    assertEquals(text, GraphText.full(again));
    Tensor at = Tensor.rounded(DType.F64, Shape.of(4), new double[] {-2, -0.5, 0, 3});
    List<Datum> values = List.of(at);
    assertEquals(new Interpreter().run(graph, values), new Interpreter().run(again, values));
    assertThrows(
        GatunException.class,
        () ->
            new GraphParser(Ops.ALL)
                .parse("graph g(x: f32[1]) { y = gelu.d1_0_1(x, x) return y }"));
  }

  @Test
  void anUnneededOperandIsNotKept() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("x", Type.tensor(DType.F64, 4));
    Value w = b.input("w", Type.tensor(DType.F64, 4));
    Value dx = Gradients.of(b, total(b, b.add(Add.OP, x, w)), List.of(x)).get(0);
    Value dw = Gradients.of(b, total(b, b.add(Add.OP, x, w)), List.of(w)).get(0);
    assertSame(dx, dw);
  }

  @Test
  void errorsNameTheOperatorAndTheParameter() {
    GraphBuilder b = new GraphBuilder("test");
    Value x = b.input("weights", Type.tensor(DType.F64, 4));
    Value y = total(b, b.add(Unique.OP, x));
    String message =
        String.valueOf(
            assertThrows(GatunException.class, () -> Gradients.of(b, y, List.of(x))).getMessage());
    assertTrue(message.contains("no gradient for op 'unique'"), message);
    assertTrue(message.contains("needed by parameter 'weights'"), message);
    assertThrows(ShapeException.class, () -> Gradients.of(b, x, List.of(x)));
    Value whole = b.input("ids", Type.tensor(DType.I64, 4));
    assertThrows(ShapeException.class, () -> Gradients.of(b, total(b, x), List.of(whole)));
    assertThrows(ShapeException.class, () -> Gradients.of(b, List.of(x), List.of(y), List.of(x)));
  }
}
