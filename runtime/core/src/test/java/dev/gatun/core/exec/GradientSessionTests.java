package dev.gatun.core.exec;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.GradientSamples;
import dev.gatun.core.op.Sin;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions compute the gradient graphs of all samples as the interpreter does. */
class GradientSessionTests {
  static List<String> samples() {
    return GradientSamples.ALL;
  }

  @ParameterizedTest
  @MethodSource("samples")
  void agreesWithTheInterpreter(String sample) {
    Graph forward = GradientSamples.graph(sample, "f32");
    GraphBuilder b = new GraphBuilder("gradient");
    List<Value> x = new ArrayList<>();
    for (Value input : forward.inputs()) {
      x.add(b.input(input.name(), input.type()));
    }
    List<Value> outputs = new ArrayList<>();
    List<Value> upstream = new ArrayList<>();
    for (Value output : b.inline(forward, x)) {
      b.output("y" + outputs.size(), output);
      if (output.tensorType().dtype().isFloat()) {
        outputs.add(output);
        upstream.add(b.add(Sin.OP, output));
      }
    }
    List<Value> gradients = Gradients.of(b, outputs, upstream, x);
    for (int i = 0; i < gradients.size(); i++) {
      b.output("dx" + i, gradients.get(i));
    }
    Agreement.check(b.build(), 2e-4, Agreement.options());
  }
}
