package dev.gatun.core.quant;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Gather;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes models of 8-bit integers (Jacob and others 2018). Results change: {@link Deviation} says by
 * how much. Inference batch norms become part of the convolutions before them first.
 *
 * <p>Weights: int8 with a scale for each output channel (filters, columns of products, rows of
 * tables that are looked up, gates of recurrent layers), integers from -127 to 127. Weights of less
 * than 256 elements and those in subgraphs stay as they are.
 */
public final class Quantizer {
  /**
   * Rounds weights only: the file has about a quarter of the size, what is computed with stays
   * float32.
   *
   * @throws GatunException if there is nothing to round, or a weight is not finite
   */
  public static Quantized weights(Model model) {
    Graph graph = Passes.foldNorms(model.graph());
    IntegerWeights weights = new IntegerWeights();
    Graph narrow = Rewriter.rewrite(graph, (node, in, b) -> narrowed(weights, node, in, b));
    requireSome(weights);
    return new Quantized(with(model, narrow), weights.names(), List.of());
  }

  /**
   * Rounds weights, and what products and convolutions take and give: a graph in which
   * quantizeLinear and dequantizeLinear stand around each of them, as engines look for it that
   * compute with integers (QDQ). Biases become int32. The network's results stay float32.
   *
   * @param samples inputs by name as the network will see them; gone through once, or twice when
   *     the range clips
   * @param range of activations
   * @throws GatunException if there is nothing to round or no sample, or a value is not finite
   */
  public static Quantized calibrated(
      Model model, Iterable<? extends Map<String, ? extends Datum>> samples, Range range) {
    Graph graph = Passes.foldNorms(model.graph());
    Activations places = Activations.of(graph);
    Map<Value, Activation> known = places.calibrate(with(model, graph), samples, range);
    IntegerWeights weights = new IntegerWeights();
    StaticRule rule = new StaticRule(known, places.results(), weights);
    Graph narrow =
        Rewriter.rewrite(
            graph,
            (node, in, b) -> {
              Optional<List<Value>> made = rule.rewrite(node, in, b);
              return made.isPresent() ? made : narrowed(weights, node, in, b);
            });
    requireSome(weights);
    List<String> names = new ArrayList<>();
    known.keySet().forEach(value -> names.add(value.name()));
    return new Quantized(with(model, narrow), weights.names(), names);
  }

  private static Optional<List<Value>> narrowed(
      IntegerWeights weights, Node node, List<Value> inputs, GraphBuilder b) {
    if (node.op() == Gather.OP) {
      return weights.rows(node, inputs, b).map(List::of);
    }
    List<Value> args = weights.narrow(node, inputs, b);
    return args.equals(inputs) ? Optional.empty() : Optional.of(Rewriter.copy(node, args, b));
  }

  private static void requireSome(IntegerWeights weights) {
    if (weights.names().isEmpty()) {
      throw new GatunException(
          "quantization: the model has no float32 weight of 256 elements or more that products,"
              + " convolutions, recurrent layers or look-ups read as a constant");
    }
  }

  private static Model with(Model model, Graph graph) {
    return new Model(graph, model.defaults(), model.metadata());
  }

  private Quantizer() {}
}
