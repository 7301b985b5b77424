package dev.gatun.train.optim;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.exec.StatefulSession;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Flow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An optimizer at work on a function of one parameter, as a compiled step. */
final class Minimizing implements AutoCloseable {
  private final StatefulSession session;
  private final double rate;

  Minimizing(Optimizer optimizer, Tensor first, UnaryOperator<Flow> loss) {
    GraphBuilder b = new GraphBuilder("minimize");
    Map<String, String> state = new LinkedHashMap<>();
    Map<String, Tensor> initial = new LinkedHashMap<>();
    Value p = b.input("p", first.type());
    Value step = b.input("step", Type.tensor(DType.F64, Shape.SCALAR));
    Value learningRate = b.input("rate", Type.tensor(DType.F32, Shape.SCALAR));
    Flow parameter = Flow.of(b, p);
    Flow value = loss.apply(parameter);
    Flow gradient = Flow.of(b, Gradients.of(b, value.value(), List.of(p)).get(0));
    List<Flow> slots = new ArrayList<>();
    for (Slot slot : optimizer.slots()) {
      Tensor start = slot.start(first.shape());
      slots.add(Flow.of(b, b.input(slot.name(), start.type())));
      initial.put(slot.name(), start);
    }
    Flow t = Flow.of(b, step).add(1);
    Update next =
        optimizer.step(
            new Update(parameter, slots),
            gradient,
            new StepInputs(Flow.of(b, learningRate), t, optimizer.weightDecay()));
    b.output("nextP", next.parameter().value());
    state.put("p", "nextP");
    initial.put("p", first);
    b.output("nextStep", t.value());
    state.put("step", "nextStep");
    initial.put("step", Tensor.scalar(DType.F64, 0));
    for (int i = 0; i < slots.size(); i++) {
      String name = optimizer.slots().get(i).name();
      b.output("next " + name, next.slot(i).value());
      state.put(name, "next " + name);
    }
    b.output("loss", value.value());
    session = new StatefulSession(b.build(), state, initial, SessionOptions.DEFAULT.threads(1));
    rate = optimizer.rate();
  }

  /** Does a step; the parameter after it. */
  Tensor step() {
    return step(rate);
  }

  Tensor step(double learningRate) {
    session.step(Map.of("rate", Tensor.scalar(DType.F32, learningRate)));
    return session.state("p");
  }

  /** The loss before the latest step. */
  double loss() {
    return session.number("loss");
  }

  @Override
  public void close() {
    session.close();
  }
}
