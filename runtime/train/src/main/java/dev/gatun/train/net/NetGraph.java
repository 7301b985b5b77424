package dev.gatun.train.net;

import dev.gatun.core.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * A network written into a graph: what a training step is built around.
 *
 * @param inputs in the order of the net's
 * @param parameters value of each parameter and buffer before the step
 * @param updates values of buffers after the step
 * @param penalties numbers that layers add to the loss
 * @param probes values that layers want to be seen
 * @param taps where each layer's input and output can be looked at
 */
public record NetGraph(
    List<Flow> inputs,
    List<Flow> outputs,
    Map<String, Value> parameters,
    Map<String, Value> updates,
    List<Value> penalties,
    Map<String, Value> probes,
    List<Tap> taps) {}
