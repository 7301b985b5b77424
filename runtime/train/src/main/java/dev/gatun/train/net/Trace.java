package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Segment;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known while a network's function runs to write its graph: the graph, in whose scope we
 * are, which parameters there are.
 *
 * <p>Names follow from the order in which layers appear, so each trace of the same function finds
 * the same parameters.
 */
final class Trace {
  private final GraphBuilder b;
  private final boolean training;
  private final Predicate<String> frozen;
  private final Map<String, Shape> shapes;
  private final Function<Parameter, Value> values;
  private final Supplier<Value> key;
  private final Optional<DType> products;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Value> known = new HashMap<>();
  private final Map<String, Value> updates = new LinkedHashMap<>();
  private final List<Value> penalties = new ArrayList<>();
  private final IdentityHashMap<Object, String> paths = new IdentityHashMap<>();
  private final Map<String, Integer> counters = new HashMap<>();
  private final Map<String, Value> probes = new LinkedHashMap<>();
  private final Map<String, Tap> taps = new LinkedHashMap<>();
  private String path = "";
  private String left = "";
  private int applied;
  private @Nullable String nextName;
  private int streams;
  private int fixed;
  private int segments;

  /**
   * A trace.
   *
   * @param shapes of parameters that have others than their layers ask for
   * @param values the graph's value of a parameter: an input or a constant
   * @param key seed and number of the draw for layers that draw random numbers
   */
  Trace(
      GraphBuilder b,
      boolean training,
      Predicate<String> frozen,
      Map<String, Shape> shapes,
      Function<Parameter, Value> values,
      Supplier<Value> key) {
    this(b, training, frozen, shapes, values, key, Optional.empty());
  }

  /**
   * A trace whose products see numbers of less precision.
   *
   * @param products type to which operands and results of products are rounded, if to any
   */
  Trace(
      GraphBuilder b,
      boolean training,
      Predicate<String> frozen,
      Map<String, Shape> shapes,
      Function<Parameter, Value> values,
      Supplier<Value> key,
      Optional<DType> products) {
    this.b = b;
    this.shapes = shapes;
    this.products = products;
    this.training = training;
    this.frozen = frozen;
    this.values = values;
    this.key = key;
  }

  /** A trace of a formula without layers, as losses and optimizers are. */
  static Trace formula(GraphBuilder b) {
    return new Trace(
        b,
        true,
        name -> false,
        Map.of(),
        p -> {
          throw new GatunException("a formula has no parameters, but asked for '" + p.name() + "'");
        },
        () -> {
          throw new GatunException("a formula has no random numbers");
        });
  }

  GraphBuilder builder() {
    return b;
  }

  boolean training() {
    return training;
  }

  /** The name of the next layer, instead of its kind and a number. */
  void name(String name) {
    nextName = name;
  }

  Flow apply(Layer layer, Flow x) {
    if (layer instanceof Layer.Checkpointed marked) {
      return checkpointed(() -> apply(marked.layer(), x)); // names are those without the mark
    }
    int before = applied;
    Flow y = scoped(layer, List.of(x), () -> layer.apply(x));
    if (applied == before && y.value() != x.value()) {
      tap(new Tap(left, layer.label(), x.value(), y.value()));
    }
    applied++;
    return y;
  }

  /** A layer that is applied several times has a tap for each. */
  private void tap(Tap tap) {
    String name = tap.layer();
    for (int i = 2; taps.containsKey(name); i++) {
      name = tap.layer() + "#" + i;
    }
    taps.put(name, new Tap(name, tap.kind(), tap.input(), tap.output()));
  }

  List<Flow> call(Module module, List<Flow> inputs) {
    if (module instanceof Module.Checkpointed marked) {
      return checkpointed(() -> call(marked.module(), inputs));
    }
    return scoped(module, inputs, () -> module.apply(inputs));
  }

  /** Runs a part of the network whose inner values are not kept for the backward pass. */
  <T> T checkpointed(Supplier<T> body) {
    int around = b.segment();
    b.segment(around == Segment.NONE && training ? ++segments : around);
    try {
      return body.get();
    } finally {
      b.segment(around);
    }
  }

  /** A float32 operand or result of a product, as precise as products are. */
  Value rounded(Value value) {
    if (products.isEmpty() || value.isAbsent() || value.tensorType().dtype() != DType.F32) {
      return value;
    }
    Value narrow = b.add(Cast.OP, Attrs.of("to", products.get()), value);
    return b.add(Cast.OP, Attrs.of("to", DType.F32), narrow);
  }

  /** As {@link #apply}; the layer's parameters get no gradient here. */
  Flow applyFixed(Layer layer, Flow x) {
    fixed++;
    try {
      return apply(layer, x);
    } finally {
      fixed--;
    }
  }

  private <T> T scoped(Component owner, List<Flow> inputs, Supplier<T> body) {
    boolean shared = owner.isShared();
    String outer = path;
    String inner = shared ? paths.get(owner) : null;
    if (inner == null) {
      inner = enter(owner.label());
      if (shared) {
        paths.put(owner, inner);
      }
    } else {
      // What is inside comes by its names in the same order as the first time.
      String prefix = inner + ".";
      counters.keySet().removeIf(name -> name.startsWith(prefix));
      paths.values().removeIf(name -> name.startsWith(prefix));
    }
    nextName = null;
    path = inner;
    try {
      return body.get();
    } catch (GatunException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith("layer '")) {
        throw e;
      }
      throw new ShapeException("layer '" + inner + "' on " + shapes(inputs) + ": " + message);
    } finally {
      left = inner;
      path = outer;
    }
  }

  private String enter(String label) {
    String prefix = path.isEmpty() ? "" : path + ".";
    if (nextName != null) {
      String wanted = prefix + nextName;
      if (counters.merge(wanted, 1, Integer::sum) > 1) {
        throw new GatunException("layer '" + wanted + "': there are two layers of this name");
      }
      return wanted;
    }
    String candidate = prefix + label;
    return candidate + counters.merge(candidate, 1, Integer::sum);
  }

  private static String shapes(List<Flow> inputs) {
    List<String> shapes = new ArrayList<>();
    for (Flow input : inputs) {
      shapes.add(input.value().type().toString());
    }
    return String.join(", ", shapes);
  }

  /** A parameter of the layer that is being applied; the same one when asked for again. */
  Flow parameter(
      String name, DType dtype, Shape asked, Initializer first, boolean buffer, boolean decays) {
    String full = path.isEmpty() ? name : path + "." + name;
    Shape shape = shapes.getOrDefault(full, asked);
    Parameter wanted =
        new Parameter(full, dtype, shape, first, buffer, frozen.test(full), decays && !buffer);
    Parameter old = parameters.get(full);
    if (old == null) {
      if (!shape.isFixed()) {
        throw new ShapeException(
            "parameter '"
                + name
                + "' would have the shape "
                + shape
                + "; only the batch may be of unknown size");
      }
      parameters.put(full, wanted);
      known.put(full, values.apply(wanted));
    } else if (!old.shape().equals(shape)) {
      throw new ShapeException(
          "parameter '"
              + full
              + "' is shared, but has shape "
              + old.shape()
              + " in one place and "
              + shape
              + " in another");
    }
    Value update = updates.get(full);
    Value value = update == null ? known.get(full) : update;
    Flow flow = new Flow(this, Objects.requireNonNull(value));
    return fixed > 0 ? flow.stop() : flow;
  }

  /** The value of a buffer after this step. */
  void update(String name, Flow value) {
    String full = path.isEmpty() ? name : path + "." + name;
    Parameter buffer = parameters.get(full);
    if (buffer == null || !buffer.buffer()) {
      throw new GatunException("'" + full + "' is no buffer of this layer");
    }
    if (training && !buffer.frozen()) {
      updates.put(full, value.value());
    }
  }

  boolean isFrozen(String name) {
    return frozen.test(path.isEmpty() ? name : path + "." + name);
  }

  /** Adds to the loss. */
  void penalty(Flow value) {
    penalties.add(value.value());
  }

  /** Seed and draw for random numbers. */
  Value key() {
    return key.get();
  }

  /** A number that no other random layer of this network has. */
  int stream() {
    return streams++;
  }

  /** Keeps a value under a name, to be looked at. */
  void probe(String name, Flow value) {
    String full = path.isEmpty() ? name : path + "." + name;
    if (probes.putIfAbsent(full, value.value()) != null) {
      throw new GatunException("there are two probes '" + full + "'");
    }
  }

  Map<String, Parameter> parameters() {
    return parameters;
  }

  /** The graph's value of a parameter before the step. */
  Value known(String name) {
    return Objects.requireNonNull(known.get(name));
  }

  Map<String, Value> updates() {
    return updates;
  }

  List<Value> penalties() {
    return penalties;
  }

  Map<String, Value> probes() {
    return probes;
  }

  /** Layers that have no layers in them, in the order in which they were applied. */
  List<Tap> taps() {
    return List.copyOf(taps.values());
  }

  /** An input of a batch. */
  Flow input(String name, Type.OfTensor type) {
    return new Flow(this, b.input(name, type));
  }
}
