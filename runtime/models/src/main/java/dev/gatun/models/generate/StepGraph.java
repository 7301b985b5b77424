package dev.gatun.models.generate;

import dev.gatun.core.exec.Model;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Cache;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.family.Given;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The graph of one step of decoding, and that of an encoder before it.
 *
 * @param decoding what the network says about itself
 * @param step takes new words and states, gives logits and the next states
 * @param past names of the states that grow by a step
 * @param memory names of the states that stay: what the encoder made, and which of it counts
 * @param encoder gives the memory
 */
record StepGraph(
    Decoding decoding, Model step, List<Input> past, List<Input> memory, Optional<Model> encoder) {
  static final String MASK = "attention_mask";
  static final String LOGITS = "logits";

  static StepGraph of(Architecture architecture, Decoding decoding, Map<String, Tensor> weights) {
    List<Input> past = Cache.inputs(decoding);
    List<Input> memory = new ArrayList<>(Cache.memoryInputs(decoding));
    boolean masked =
        decoding.inserted().isEmpty() && !memory.isEmpty() && architecture.names().contains(MASK);
    if (masked) {
      memory.add(Architecture.ids(MASK));
    }
    List<Input> inputs = new ArrayList<>();
    inputs.add(Architecture.ids(decoding.words()));
    inputs.add(new Input(Cache.STARTS, DType.I64, Shape.SCALAR));
    inputs.add(new Input(Cache.LAST, DType.I64, Shape.SCALAR));
    inputs.addAll(past);
    inputs.addAll(memory);
    Net step =
        Net.of(
            inputs,
            flows -> step(architecture, flows, memory),
            p -> Optional.of(weight(weights, p.name())));
    Optional<Model> encoder =
        decoding
            .encoder()
            .map(body -> encoder(architecture, decoding, body, masked, weights).model());
    return new StepGraph(decoding, step.model(), past, memory, encoder);
  }

  private static Tensor weight(Map<String, Tensor> weights, String name) {
    Tensor weight = weights.get(name);
    if (weight == null) {
      throw new GatunException("a step asks for '" + name + "', which the network does not have");
    }
    return weight;
  }

  private static Map<String, Flow> step(
      Architecture architecture, Map<String, Flow> flows, List<Input> memory) {
    Cache cache = new Cache(flows);
    Map<String, Flow> results =
        new LinkedHashMap<>(architecture.body().apply(new Given(flows, Optional.of(cache))));
    results.putAll(cache.next());
    for (Input each : memory) {
      Flow flow = flows.get(each.name());
      if (flow != null) {
        results.put(Cache.next(each.name()), flow);
      }
    }
    return results;
  }

  private static Net encoder(
      Architecture architecture,
      Decoding decoding,
      Architecture.Body body,
      boolean masked,
      Map<String, Tensor> weights) {
    List<Input> inputs = new ArrayList<>();
    for (Architecture.Field field : architecture.fields()) {
      String name = field.input().name();
      boolean needed =
          decoding.inserted().isPresent()
              ? name.equals(decoding.inserted().get().input())
              : field.required() && !name.equals(decoding.words());
      if (needed || masked && name.equals(MASK)) {
        inputs.add(field.input());
      }
    }
    return Net.of(
        inputs, flows -> body.apply(new Given(flows)), p -> Optional.of(weight(weights, p.name())));
  }

  /** For each state the name of its next value. */
  Map<String, String> states() {
    Map<String, String> states = new LinkedHashMap<>();
    past.forEach(each -> states.put(each.name(), Cache.next(each.name())));
    memory.forEach(each -> states.put(each.name(), Cache.next(each.name())));
    return states;
  }

  List<String> pastNames() {
    return past.stream().map(Input::name).toList();
  }

  List<String> stateNames() {
    List<String> names = new ArrayList<>(pastNames());
    memory.forEach(each -> names.add(each.name()));
    return names;
  }

  /**
   * First values of all states.
   *
   * @param capacity words for which there is room
   * @param given values of the memory; zeros where there is none
   */
  Map<String, Tensor> initial(long rows, long capacity, Map<String, Tensor> given) {
    double numbers = (double) rows * decoding.keyHeads() * capacity * decoding.headWidth();
    if (numbers > Integer.MAX_VALUE) {
      throw new GatunException(
          "generation: "
              + rows
              + " rows of "
              + capacity
              + " words have too many keys in a layer; take fewer rows at a time");
    }
    Tensor empty =
        Tensor.of(
            new float[(int) numbers], rows, decoding.keyHeads(), capacity, decoding.headWidth());
    Map<String, Tensor> all = new LinkedHashMap<>();
    past.forEach(each -> all.put(each.name(), empty));
    for (Input each : memory) {
      Tensor value = given.get(each.name());
      all.put(each.name(), value != null ? value : one(each));
    }
    return all;
  }

  /** One element along axes of open size, for a session that never runs. */
  private static Tensor one(Input input) {
    long[] sizes = new long[input.shape().rank() + 1];
    sizes[0] = 1;
    long count = 1;
    for (int i = 1; i < sizes.length; i++) {
      sizes[i] = Math.max(1, input.shape().size(i - 1));
      count *= sizes[i];
    }
    return input.dtype() == DType.I64
        ? Tensor.of(new long[Math.toIntExact(count)], sizes)
        : Tensor.of(new float[Math.toIntExact(count)], sizes);
  }
}
