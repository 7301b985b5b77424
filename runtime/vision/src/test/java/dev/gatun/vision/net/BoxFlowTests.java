package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Flow;
import dev.gatun.vision.Box;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.Test;

/** Overlaps in graphs are those of {@link Box}, and their gradients are differences. */
class BoxFlowTests {
  private static final int COUNT = 40;

  private static Box box(double[] v, int i) {
    return new Box(v[4 * i], v[4 * i + 1], v[4 * i + 2], v[4 * i + 3]);
  }

  private static double[] boxes(long seed) {
    Random random = new Random(seed);
    double[] v = new double[4 * COUNT];
    for (int i = 0; i < COUNT; i++) {
      v[4 * i] = 10 * random.nextDouble();
      v[4 * i + 1] = 10 * random.nextDouble();
      v[4 * i + 2] = v[4 * i] + 1 + 9 * random.nextDouble();
      v[4 * i + 3] = v[4 * i + 1] + 1 + 9 * random.nextDouble();
    }
    return v;
  }

  private static void check(
      BinaryOperator<Flow> formula, ToDoubleBiFunction<Box, Box> truth, boolean differences) {
    double[] a = boxes(1);
    double[] b = boxes(2);
    GraphBuilder g = new GraphBuilder("boxes");
    Type.OfTensor type = Type.tensor(DType.F64, Shape.of(COUNT, 4));
    Value x = g.input("a", type);
    Value y = g.input("b", type);
    Flow result = formula.apply(Flow.of(g, x), Flow.of(g, y));
    g.output("result", result.value());
    g.output("gradient", Gradients.of(g, result.sum().value(), List.of(x)).get(0));
    try (Session session = new Model(g.build(), Map.of(), Map.of()).compile();
        Outputs outputs =
            session.run(Map.of("a", Tensor.of(a, COUNT, 4), "b", Tensor.of(b, COUNT, 4)))) {
      for (int i = 0; i < COUNT; i++) {
        assertEquals(
            truth.applyAsDouble(box(a, i), box(b, i)), outputs.get("result").getDouble(i), 1e-6);
        for (int side = 0; side < 4; side++) {
          double[] more = a.clone();
          double[] less = a.clone();
          more[4 * i + side] += 1e-5;
          less[4 * i + side] -= 1e-5;
          double difference =
              (truth.applyAsDouble(box(more, i), box(b, i))
                      - truth.applyAsDouble(box(less, i), box(b, i)))
                  / 2e-5;
          double gradient = outputs.get("gradient").getDouble(4L * i + side);
          assertTrue(Double.isFinite(gradient));
          if (differences) {
            assertEquals(difference, gradient, 1e-4);
          }
        }
      }
    }
  }

  @Test
  void overlapsAreThoseOfBoxes() {
    check((a, b) -> BoxFlow.of(a).iou(BoxFlow.of(b)), Box::iou, true);
    check((a, b) -> BoxFlow.of(a).giou(BoxFlow.of(b)), Box::giou, true);
    check((a, b) -> BoxFlow.of(a).diou(BoxFlow.of(b)), Box::diou, true);
    // The weight of shapes has no gradient, so differences are others.
    check((a, b) -> BoxFlow.of(a).ciou(BoxFlow.of(b)), Box::ciou, false);
  }
}
