package dev.gatun.train.inspect;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was seen inside a network.
 *
 * @param step number of the training step after which it was seen
 * @param loss of the batches that were looked at, their mean
 * @param layers in the order in which they are applied
 * @param parameters in the order of the layers
 */
public record Inspection(
    long step,
    double loss,
    List<InputStatistics> inputs,
    List<LayerStatistics> layers,
    List<ParameterStatistics> parameters) {
  /** Copied. */
  public Inspection {
    inputs = List.copyOf(inputs);
    layers = List.copyOf(layers);
    parameters = List.copyOf(parameters);
  }

  /**
   * The same with how far the latest step moved parameters.
   *
   * @param before values before it
   * @param after values after it
   */
  public Inspection withUpdates(Map<String, Tensor> before, Map<String, Tensor> after) {
    List<ParameterStatistics> changed = new ArrayList<>();
    for (ParameterStatistics p : parameters) {
      Tensor from = before.get(p.name());
      Tensor to = after.get(p.name());
      changed.add(from == null || to == null ? p : p.updated(change(from, to)));
    }
    return new Inspection(step, loss, inputs, layers, changed);
  }

  private static double change(Tensor from, Tensor to) {
    double change = 0;
    double length = 0;
    for (long i = 0; i < from.elements(); i++) {
      double was = from.getDouble(i);
      double step = to.getDouble(i) - was;
      change += step * step;
      length += was * was;
    }
    return Math.sqrt(change / length);
  }

  /** Length of the gradient of all parameters of each layer, first layers first. */
  public Map<String, Double> gradients() {
    Map<String, Double> squares = new LinkedHashMap<>();
    for (ParameterStatistics p : parameters) {
      squares.merge(p.layer(), p.gradient() * p.gradient(), Double::sum);
    }
    squares.replaceAll((layer, square) -> Math.sqrt(square));
    return squares;
  }

  /** Length of the gradient of all parameters. */
  public double gradient() {
    return Math.sqrt(parameters.stream().mapToDouble(p -> p.gradient() * p.gradient()).sum());
  }

  /**
   * Length of the first weight matrix's gradient by that of the last one: far below 1 when
   * gradients vanish, far above when they explode; 1 without two of them.
   */
  public double firstToLast() {
    List<ParameterStatistics> weights =
        parameters.stream().filter(ParameterStatistics::matrix).toList();
    return weights.size() < 2
        ? 1
        : weights.get(0).gradient() / weights.get(weights.size() - 1).gradient();
  }

  /** Share of outputs that are zero, of all activations of a kind, such as {@code relu}. */
  public double zeros(String kind) {
    return layers.stream()
        .filter(layer -> layer.kind().equals(kind))
        .mapToDouble(LayerStatistics::zeros)
        .average()
        .orElse(Double.NaN);
  }

  /** A layer by name. */
  public LayerStatistics layer(String name) {
    return layers.stream()
        .filter(layer -> layer.layer().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new GatunException(
                    "inspection: there is no layer '"
                        + name
                        + "'; there are "
                        + layers.stream().map(LayerStatistics::layer).toList()));
  }

  /** What looks wrong, by the usual bounds. */
  public List<Finding> findings() {
    return Bounds.USUAL.findings(this);
  }

  /** A table for people. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "step %d, loss %.4g, gradient %.3g%n%-28s %10s %10s %7s %7s %9s %10s%n",
                step,
                loss,
                gradient(),
                "layer",
                "mean",
                "deviation",
                "zeros",
                "dead",
                "saturated",
                "gradient"));
    for (LayerStatistics l : layers) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-28s %10.3g %10.3g %6.1f%% %6.1f%% %8.1f%% %10.3g%n",
              l.layer(),
              l.mean(),
              l.deviation(),
              100 * l.zeros(),
              100 * l.dead(),
              100 * l.saturated(),
              l.gradient()));
    }
    text.append(String.format("%-28s %10s %10s%n", "parameter", "length", "gradient"));
    for (ParameterStatistics p : parameters) {
      text.append(
          String.format(Locale.ROOT, "%-28s %10.3g %10.3g%n", p.name(), p.norm(), p.gradient()));
    }
    return text.toString();
  }
}
