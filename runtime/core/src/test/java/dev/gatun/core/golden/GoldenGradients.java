package dev.gatun.core.golden;

import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the gradients of a case: tensor {@code d<output>} is the gradient that flows into an
 * output, {@code d<input>} what must flow out at an input.
 */
final class GoldenGradients {
  static void check(GoldenCase c, GoldenOps.@Nullable Builder builder) {
    if (builder == null) {
      fail("no builder for golden case '" + c.name() + "'");
      return;
    }
    List<Value> outputs = new ArrayList<>();
    List<Value> upstream = new ArrayList<>();
    List<Value> built = builder.build(c);
    List<String> names = c.names("outputs");
    for (int i = 0; i < names.size(); i++) {
      if (c.hasTensor("d" + names.get(i))) {
        outputs.add(built.get(i));
        upstream.add(c.builder().constant(c.tensor("d" + names.get(i))));
      }
    }
    List<String> grads = c.names("grads");
    List<Value> wrt = new ArrayList<>();
    grads.forEach(name -> wrt.add(c.in(name)));
    List<Value> gradients = Gradients.of(c.builder(), outputs, upstream, wrt);
    for (int i = 0; i < grads.size(); i++) {
      c.builder().output("d" + grads.get(i), gradients.get(i));
    }
    List<Datum> inputs = new ArrayList<>();
    c.names("inputs").forEach(input -> inputs.add(c.tensor(input)));
    List<Datum> results = new Interpreter().run(c.builder().build(), inputs);
    for (int i = 0; i < grads.size(); i++) {
      String name = "d" + grads.get(i);
      OpsGoldenTests.assertClose(c, name, c.tensor(name), (Tensor) results.get(i));
    }
  }

  private GoldenGradients() {}
}
