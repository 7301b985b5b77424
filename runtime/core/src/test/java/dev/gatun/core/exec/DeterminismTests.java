package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.BatchNormTrain;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.op.SoftmaxCrossEntropy;
import dev.gatun.core.op.Sub;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps of training give the same bits whatever the number of threads. */
class DeterminismTests {
  /** A small network with convolutions, products, norms and a softmax, and its training step. */
  private static final class Net {
    private final GraphBuilder b = new GraphBuilder("net");
    private final Random random = new Random(5);
    private final List<Value> parameters = new ArrayList<>();
    private final Map<String, String> state = new LinkedHashMap<>();
    private final Map<String, Tensor> initial = new LinkedHashMap<>();
    private final Map<String, Tensor> batch = new LinkedHashMap<>();

    Net() {
      Value x = input("x", Agreement.random(Type.tensor(DType.F32, 24, 3, 18, 18), random));
      Attrs pad = Attrs.of("pads", new long[] {1, 1, 1, 1});
      Value h = b.add(Conv.OP, pad, x, parameter(40, 3, 3, 3), parameter(40));
      h =
          b.add(BatchNormTrain.OP, Attrs.NONE, List.of(h, parameter(40), parameter(40)), 3, "")
              .get(0);
      h = b.add(Relu.OP, h);
      Attrs window = Attrs.of("kernel", new long[] {3, 3}, "strides", new long[] {2, 2});
      h = b.add(MaxPool.OP, window, h);
      h = b.add(Relu.OP, b.add(Conv.OP, pad, h, parameter(48, 40, 3, 3)));
      h = add(Add.OP, dense(b.add(Flatten.OP, h), 48 * 64, 96), dense(sequences(), 70, 96));
      h = b.add(LayerNorm.OP, Attrs.NONE, List.of(h, parameter(96), parameter(96)), 3, "").get(0);
      h = b.add(Mul.OP, b.add(Softmax.OP, h), parameter(96));
      Value target = input("t", Agreement.random(Type.tensor(DType.I64, 24), random));
      Value loss =
          b.add(SoftmaxCrossEntropy.OP, Attrs.NONE, List.of(dense(h, 96, 7), target), 2, "").get(0);
      b.output("loss", loss);
      Value rate = b.constant(Tensor.scalar(DType.F32, 0.01));
      List<Value> gradients = Gradients.of(b, loss, parameters);
      for (int i = 0; i < gradients.size(); i++) {
        Value w = parameters.get(i);
        b.output(w.name() + "'", add(Sub.OP, w, add(Mul.OP, gradients.get(i), rate)));
        state.put(w.name(), w.name() + "'");
      }
    }

    /** The last states of an LSTM. */
    private Value sequences() {
      Value s = input("s", Agreement.random(Type.tensor(DType.F32, 7, 24, 20), random));
      Value small = b.constant(Tensor.scalar(DType.F32, 0.1));
      Value w = add(Mul.OP, parameter(1, 280, 20), small);
      Value r = add(Mul.OP, parameter(1, 280, 70), small);
      List<Value> states = b.add(Lstm.OP, Attrs.NONE, List.of(s, w, r, parameter(1, 560)), 2, "");
      return add(Reshape.OP, states.get(1), b.constant(Tensor.vector(24L, 70L)));
    }

    private Value input(String name, Tensor value) {
      batch.put(name, value);
      return b.input(name, value.type());
    }

    private Value parameter(long... sizes) {
      String name = "p" + parameters.size();
      Tensor value = Agreement.random(Type.tensor(DType.F32, sizes), random);
      initial.put(name, value);
      parameters.add(b.input(name, value.type()));
      return parameters.getLast();
    }

    private Value dense(Value x, long in, long out) {
      return add(Add.OP, add(Matmul.OP, x, parameter(in, out)), parameter(out));
    }

    private Value add(OpDef op, Value... inputs) {
      return b.add(op, inputs);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "VECTOR"})
  void stateDoesNotDependOnThreads(Backend backend) {
    List<Map<String, Tensor>> results = new ArrayList<>();
    // With other threads, and with code that C2 has compiled meanwhile.
    for (int threads : new int[] {1, 4, 3}) {
      Net net = new Net();
      SessionOptions options = Agreement.options().threads(threads);
      try (StatefulSession session =
          new StatefulSession(
              net.b.build(),
              net.state,
              net.initial,
              backend == Backend.VECTOR ? options.backend(backend) : options)) {
        for (int step = 0; step < 3; step++) {
          session.step(net.batch);
        }
        Map<String, Tensor> after = new LinkedHashMap<>();
        session.states().keySet().forEach(name -> after.put(name, session.state(name)));
        assertNotEquals(net.initial, after);
        results.add(after);
      }
    }
    assertEquals(results.get(0), results.get(1));
    assertEquals(results.get(0), results.get(2));
  }
}
