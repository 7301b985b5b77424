package dev.gatun.train;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which weights to do without: masks of ones and zeros by parameter name. {@link #apply} zeroes the
 * weights; {@link TrainerBuilder#masks} keeps them at zero while training goes on. Shapes stay, so
 * it is memory on disk (after compression), not time, that is saved.
 */
public final class Pruning {
  /**
   * The share of smallest weights by magnitude over all parameters of two and more axes together.
   */
  public static Map<String, Tensor> byMagnitude(Net net, double share) {
    requireShare(share);
    List<Parameter> pruned = prunable(net);
    double[] all = new double[0];
    for (Parameter p : pruned) {
      double[] values = net.weight(p.name()).toDoubles();
      int before = all.length;
      all = Arrays.copyOf(all, before + values.length);
      for (int i = 0; i < values.length; i++) {
        all[before + i] = Math.abs(values[i]);
      }
    }
    Arrays.sort(all);
    int count = (int) Math.round(share * all.length);
    double bound = count == 0 ? -1 : all[count - 1];
    Map<String, Tensor> masks = new LinkedHashMap<>();
    for (Parameter p : pruned) {
      double[] values = net.weight(p.name()).toDoubles();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.abs(values[i]) > bound ? 1 : 0;
      }
      masks.put(p.name(), Tensor.rounded(DType.F32, p.shape(), values));
    }
    return masks;
  }

  /**
   * The share of units (rows of axis 0: neurons, filters) with the shortest weights, of each
   * parameter of its own; a bias of the same layer is pruned with its unit.
   *
   * @param names parameters such as {@code dense1.weight}; not the last layer's, whose units are
   *     the outputs
   */
  public static Map<String, Tensor> byUnit(Net net, double share, String... names) {
    requireShare(share);
    Map<String, Tensor> masks = new LinkedHashMap<>();
    for (String name : names) {
      Tensor weight = net.weight(name);
      if (weight.shape().rank() < 2) {
        throw new GatunException(
            "pruning: '" + name + "' " + weight.shape() + " has no units of several weights");
      }
      boolean[] kept = longest(weight, share);
      masks.put(name, mask(weight, kept));
      String bias = name.substring(0, name.lastIndexOf('.') + 1) + "bias";
      if (net.weights().containsKey(bias) && net.weight(bias).elements() == kept.length) {
        masks.put(bias, mask(net.weight(bias), kept));
      }
    }
    return masks;
  }

  private static boolean[] longest(Tensor weight, double share) {
    int units = Math.toIntExact(weight.shape().size(0));
    double[] values = weight.toDoubles();
    int each = values.length / Math.max(units, 1);
    double[] lengths = new double[units];
    for (int i = 0; i < values.length; i++) {
      lengths[i / each] += values[i] * values[i];
    }
    double[] sorted = lengths.clone();
    Arrays.sort(sorted);
    int count = (int) Math.round(share * units);
    double bound = count == 0 ? -1 : sorted[count - 1];
    boolean[] kept = new boolean[units];
    for (int i = 0; i < units; i++) {
      kept[i] = lengths[i] > bound;
    }
    return kept;
  }

  private static Tensor mask(Tensor like, boolean[] kept) {
    double[] values = new double[Math.toIntExact(like.elements())];
    int each = values.length / kept.length;
    for (int i = 0; i < values.length; i++) {
      values[i] = kept[i / each] ? 1 : 0;
    }
    return Tensor.rounded(DType.F32, like.shape(), values);
  }

  /** The net with the masked weights at zero. */
  public static Net apply(Net net, Map<String, Tensor> masks) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    masks.forEach(
        (name, mask) -> {
          Tensor weight = net.weight(name);
          requireFits(name, weight, mask);
          double[] values = weight.toDoubles();
          for (int i = 0; i < values.length; i++) {
            values[i] = mask.getDouble(i) == 0 ? 0 : values[i];
          }
          changed.put(name, Tensor.rounded(weight.dtype(), weight.shape(), values));
        });
    return net.withWeights(changed);
  }

  /** The share of weights that are exactly zero, over parameters of two and more axes. */
  public static double zeros(Net net) {
    long zeros = 0;
    long all = 0;
    for (Parameter p : prunable(net)) {
      for (double value : net.weight(p.name()).toDoubles()) {
        zeros += value == 0 ? 1 : 0;
        all++;
      }
    }
    return all == 0 ? 0 : (double) zeros / all;
  }

  static void requireFits(String name, Tensor weight, Tensor mask) {
    if (!mask.shape().equals(weight.shape())) {
      throw new GatunException(
          "pruning: the mask of '" + name + "' is " + mask.shape() + ", needed " + weight.shape());
    }
  }

  private static List<Parameter> prunable(Net net) {
    List<Parameter> found = new ArrayList<>();
    for (Parameter p : net.parameters()) {
      if (p.decays()) {
        found.add(p);
      }
    }
    return found;
  }

  private static void requireShare(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new GatunException("pruning: the share must be between 0 and 1, got " + share);
    }
  }

  private Pruning() {}
}
