package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.OneDnn;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PreludeTests {
  private static final Map<String, Tensor> INPUTS =
      Map.of("image", Prelude.zeros(1, 3, 8, 8), "rows", Prelude.zeros(1, 8, 16));

  @Test
  void itsLayersRunOnOneDnn() {
    assumeTrue(OneDnn.find().library().isPresent(), "oneDNN is not here");
    SessionOptions options = SessionOptions.DEFAULT.backend(Backend.ONEDNN).threads(1);
    try (Session session = new Session(Prelude.graph(), Map.of(), options)) {
      session.run(INPUTS);
      Map<String, Type> types = new LinkedHashMap<>();
      INPUTS.forEach((name, value) -> types.put(name, value.type()));
      Set<String> kernels = new TreeSet<>();
      session.explain(types).steps().forEach(step -> kernels.add(step.kernel()));
      assertTrue(
          kernels.containsAll(Set.of("conv/onednn/f32", "matmul/onednn/f32")), kernels.toString());
    }
  }

  @Test
  void itComputesWhatTheReferenceDoes() {
    SessionOptions reference = SessionOptions.DEFAULT.backend(Backend.REFERENCE);
    try (Session session = new Session(Prelude.graph(), Map.of(), SessionOptions.DEFAULT);
        Session truth = new Session(Prelude.graph(), Map.of(), reference)) {
      Outputs found = session.run(INPUTS);
      Outputs expected = truth.run(INPUTS);
      for (String name : expected.asMap().keySet()) {
        Tensor wanted = expected.get(name);
        for (long i = 0; i < wanted.elements(); i++) {
          assertEquals(wanted.getDouble(i), found.get(name).getDouble(i), 1e-5, name);
        }
      }
    }
  }

  @Test
  void preparingIsForEveryBackend() {
    for (Backend backend : Backend.values()) {
      SessionOptions.DEFAULT.backend(backend).prepare();
      SessionOptions.DEFAULT.backend(backend).quickStart(true).prepare();
    }
  }
}
