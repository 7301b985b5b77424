package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A net with a batch: outputs, probes, and gradients of the sum of its outputs times upstream
 * values. {@link #check} compares kernels with the reference and gradients with differences.
 */
public final class NetCheck {
  private static final double STEP = 5e-4;

  /** What a run gave, by name. */
  public record Values(Map<String, Tensor> all) {
    public Tensor get(String name) {
      return Objects.requireNonNull(all.get(name), () -> name + " is none of " + all.keySet());
    }

    /** These and another one. */
    Values with(String name, Tensor value) {
      Map<String, Tensor> more = new LinkedHashMap<>(all);
      more.put(name, value);
      return new Values(more);
    }
  }

  private final Net net;
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final List<Tensor> upstream = new ArrayList<>();
  private final List<String> differentiable = new ArrayList<>();
  private final GraphBuilder b = new GraphBuilder("check");
  private final Model model;

  private NetCheck(Net net, boolean training, List<Tensor> given, Tensor... inputs) {
    this.net = net;
    List<Type.OfTensor> types = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      values.put(net.inputs().get(i).name(), inputs[i]);
      types.add(inputs[i].type());
    }
    values.putAll(net.weights());
    Map<String, Value> parameters = new LinkedHashMap<>();
    NetGraph written =
        net.write(
            b,
            types,
            training,
            p -> parameters.computeIfAbsent(p.name(), name -> b.input(name, value(name).type())),
            () -> b.constant(Tensor.vector(1, 0)));
    Map<String, Value> wrt = new LinkedHashMap<>();
    written.inputs().stream()
        .filter(flow -> flow.dtype().isFloat())
        .forEach(flow -> wrt.put(flow.value().name(), flow.value()));
    for (Parameter p : net.parameters()) {
      Value value = parameters.get(p.name());
      if (!p.buffer() && value != null) {
        wrt.put(p.name(), value);
      }
    }
    values.keySet().removeIf(name -> !parameters.containsKey(name) && !isInput(name));
    List<Flow> parts = new ArrayList<>();
    for (int i = 0; i < written.outputs().size(); i++) {
      Flow y = written.outputs().get(i);
      b.output("y" + i, y.value());
      Tensor dy = given.isEmpty() ? random(90 + i, y.shape().sizes()) : given.get(i);
      upstream.add(dy);
      parts.add(y.mul(y.constant(dy)).sum());
    }
    written.probes().forEach((name, value) -> b.output("probe/" + name, value));
    Flow loss = parts.stream().reduce(Flow::add).orElseThrow();
    List<Value> gradients = Gradients.of(b, loss.value(), List.copyOf(wrt.values()));
    differentiable.addAll(wrt.keySet());
    for (int i = 0; i < gradients.size(); i++) {
      b.output("d/" + differentiable.get(i), gradients.get(i));
    }
    model = new Model(b.build(), Map.of(), Map.of());
  }

  private Tensor value(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private boolean isInput(String name) {
    return net.inputs().stream().anyMatch(input -> input.name().equals(name));
  }

  /** Outputs {@code y0...}, {@code probe/...} and {@code d/...} as the kernels give them. */
  public static Values run(Net net, Tensor... inputs) {
    return new NetCheck(net, true, List.of(), inputs).run(Backend.AUTO);
  }

  /** As above with upstream values. */
  public static Values run(Net net, List<Tensor> upstream, Tensor... inputs) {
    return new NetCheck(net, true, upstream, inputs).run(Backend.AUTO);
  }

  /** Fails unless all kernels agree with the reference, and gradients with differences. */
  public static void check(Net net, Tensor... inputs) {
    new NetCheck(net, true, List.of(), inputs).check();
  }

  /** As above for the net at inference. */
  public static void checkInference(Net net, Tensor... inputs) {
    new NetCheck(net, false, List.of(), inputs).check();
  }

  private Values run(Backend backend) {
    try (Session session = model.compile(SessionOptions.DEFAULT.backend(backend));
        Outputs outputs = session.run(values)) {
      Map<String, Tensor> copies = new LinkedHashMap<>();
      outputs
          .asMap()
          .forEach(
              (name, value) -> {
                Tensor t = (Tensor) value;
                copies.put(name, Tensor.rounded(t.dtype(), t.shape(), t.toDoubles()));
              });
      return new Values(copies);
    }
  }

  private void check() {
    Values expected = run(Backend.REFERENCE);
    for (Backend backend : List.of(Backend.VECTOR, Backend.AUTO)) {
      Values found = run(backend);
      expected
          .all()
          .forEach((name, tensor) -> assertClose(backend + " " + name, tensor, found.get(name)));
    }
    try (Session session = model.compile(SessionOptions.DEFAULT.backend(Backend.REFERENCE))) {
      Random random = new Random(7);
      for (String name : differentiable) {
        Tensor value = value(name);
        double[] direction = new double[(int) value.elements()];
        double slope = 0;
        double length = 0;
        for (int i = 0; i < direction.length; i++) {
          direction[i] = random.nextGaussian();
          double g = expected.get("d/" + name).getDouble(i);
          slope += g * direction[i];
          length += g * g;
        }
        double above = loss(session, name, moved(value, direction, STEP));
        double below = loss(session, name, moved(value, direction, -STEP));
        double difference = (above - below) / (2 * STEP);
        assertEquals(difference, slope, 2e-2 * Math.sqrt(length) + 5e-3, "gradient of " + name);
      }
    }
  }

  private static Tensor moved(Tensor value, double[] direction, double step) {
    double[] moved = value.toDoubles();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    return Tensor.rounded(value.dtype(), value.shape(), moved);
  }

  private double loss(Session session, String name, Tensor value) {
    Map<String, Tensor> all = new LinkedHashMap<>(values);
    all.put(name, value);
    double loss = 0;
    try (Outputs outputs = session.run(all)) {
      for (int k = 0; k < upstream.size(); k++) {
        double[] y = outputs.get("y" + k).toDoubles();
        double[] dy = upstream.get(k).toDoubles();
        for (int i = 0; i < y.length; i++) {
          loss += y[i] * dy[i];
        }
      }
    }
    return loss;
  }

  /** Within 1e-5 of the largest, ten times that for sums of products of sums. */
  public static void assertClose(String what, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), what);
    double largest = 0;
    for (long i = 0; i < expected.elements(); i++) {
      largest = Math.max(largest, Math.abs(expected.getDouble(i)));
    }
    for (long i = 0; i < expected.elements(); i++) {
      assertEquals(
          expected.getDouble(i), found.getDouble(i), 1e-5 * largest + 1e-7, what + " at " + i);
    }
  }

  /** The same numbers. */
  public static void assertSame(String what, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), what);
    for (long i = 0; i < expected.elements(); i++) {
      assertTrue(expected.getDouble(i) == found.getDouble(i), what + " at " + i);
    }
  }

  /** Normal numbers. */
  public static Tensor random(long seed, long... sizes) {
    Random random = new Random(seed);
    float[] values = new float[(int) Shape.of(sizes).elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, sizes);
  }
}
