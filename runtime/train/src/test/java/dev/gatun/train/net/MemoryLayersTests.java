package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Capsules and heads of an external memory as layers; their formulas are golden. */
class MemoryLayersTests {
  @Test
  void capsulesAreShorterThanOne() {
    Net net = Net.of(Shape.of(6, 4), x -> x.then(Layers.capsules(3, 5)));
    Tensor x = NetCheck.random(1, 2, 6, 4);
    NetCheck.check(net, x);
    Tensor y = NetCheck.run(net, x).get("y0");
    assertEquals(Shape.of(2, 3, 5), y.shape());
    for (int capsule = 0; capsule < 6; capsule++) {
      double square = 0;
      for (int i = 0; i < 5; i++) {
        square += Math.pow(y.getDouble(5 * capsule + i), 2);
      }
      assertTrue(square < 1, "length " + Math.sqrt(square));
    }
  }

  @Test
  void headsReadAndWrite() {
    for (MemoryHead head : List.of(Layers.readHead(), Layers.writeHead())) {
      Net net =
          Net.of(
              List.of(Input.of("controller", 3), Input.of("memory", 5, 4), Input.of("before", 5)),
              in -> head.call(in.toArray(new Flow[0])));
      Tensor before = Tensor.of(new float[] {1, 0, 0, 0, 0, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f}, 2, 5);
      Tensor[] inputs = {NetCheck.random(1, 2, 3), NetCheck.random(2, 2, 5, 4), before};
      NetCheck.check(net, inputs[0], inputs[1], Tensor.of(uniform(), 2, 5));
      NetCheck.Values found = NetCheck.run(net, inputs);
      for (int n = 0; n < 2; n++) {
        double sum = 0;
        double[] read = new double[4];
        for (int row = 0; row < 5; row++) {
          double weight = found.get("y1").getDouble(5 * n + row);
          sum += weight;
          for (int i = 0; i < 4; i++) {
            read[i] += weight * inputs[1].getDouble((5 * n + row) * 4 + i);
          }
        }
        assertEquals(1, sum, 1e-6);
        for (int i = 0; i < 4; i++) {
          assertEquals(read[i], found.get("y0").getDouble(4 * n + i), 1e-5);
        }
      }
      boolean changed = !java.util.Arrays.equals(found.get("y2").toFloats(), inputs[1].toFloats());
      assertEquals(head.writes(), changed);
    }
  }

  private static float[] uniform() {
    float[] values = new float[10];
    java.util.Arrays.fill(values, 0.2f);
    return values;
  }
}
