package dev.gatun.train;

import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.NetGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A smaller network without the units (channels of convolutions, neurons of dense layers) whose
 * weights are the smallest: sum of absolute values (Li and others 2017, "Pruning Filters for
 * Efficient ConvNets"). What belongs to a unit goes with it: bias, norm, and the inputs of what
 * follows, through pools, flattening and concatenation. Channels that meet in a sum are one group:
 * they stay or go together, and each layer's weights count equally.
 *
 * <p>The result is a {@link Net} like others: it is trained on (fine-tuning), saved and exported.
 * Its file is read by {@link Weights#loadPruned}. Units of layers that count them otherwise
 * (attention, recurrent layers, grouped convolutions, norms over channels, results of the network)
 * stay: {@link #refused} says why.
 *
 * <p>{@link Pruning} zeroes weights instead; shapes stay.
 */
public final class StructuredPruning {
  /**
   * Units that stay or go together.
   *
   * @param layers names of the layers whose units they are; of several, unit i of each
   * @param units how many there are
   */
  public record Group(List<String> layers, int units) {
    public Group {
      layers = List.copyOf(layers);
    }
  }

  /** The places of one unit: indices of axes of parameters. */
  private record Place(UnitAxes.Axis axis, int index) {}

  private final Net net;
  private final Map<Group, List<List<Place>>> groups = new LinkedHashMap<>();
  private final Map<String, String> refused = new LinkedHashMap<>();
  private final Set<UnitAxes.Axis> makers = new LinkedHashSet<>();

  private StructuredPruning(Net net) {
    this.net = net;
  }

  /** Finds the units of a network. */
  public static StructuredPruning of(Net net) {
    StructuredPruning pruning = new StructuredPruning(net);
    GraphBuilder b = new GraphBuilder("net");
    NetGraph written =
        net.write(
            b,
            false,
            p -> b.input(p.name(), new Type.OfTensor(p.dtype(), p.shape())),
            () -> b.constant(Tensor.vector(0, 0)));
    for (int i = 0; i < written.outputs().size(); i++) {
      b.output(net.outputNames().get(i), written.outputs().get(i).value());
    }
    pruning.find(new UnitAxes(b.build(), written.parameters()), written.parameters());
    return pruning;
  }

  private void find(UnitAxes units, Map<String, Value> parameters) {
    makers.addAll(units.makers());
    Map<Integer, List<Place>> places = new LinkedHashMap<>();
    parameters.forEach(
        (name, value) -> {
          for (int axis = 0; axis < value.tensorType().shape().rank(); axis++) {
            int[] ids = units.of(value, axis);
            for (int i = 0; i < ids.length; i++) {
              Place place = new Place(new UnitAxes.Axis(name, axis), i);
              places.computeIfAbsent(units.sets().find(ids[i]), r -> new ArrayList<>()).add(place);
            }
          }
        });
    Map<Set<UnitAxes.Axis>, List<List<Place>>> alike = new LinkedHashMap<>();
    places.forEach(
        (root, unit) -> {
          Set<UnitAxes.Axis> axes = new LinkedHashSet<>();
          unit.forEach(place -> axes.add(place.axis()));
          Optional<String> why = units.sets().held(root);
          if (why.isEmpty()) {
            alike.computeIfAbsent(axes, a -> new ArrayList<>()).add(unit);
          } else {
            axes.retainAll(makers);
            axes.forEach(axis -> refused.putIfAbsent(layer(axis.parameter()), why.get()));
          }
        });
    alike.forEach(
        (axes, members) -> {
          axes.retainAll(makers);
          Set<String> layers = new TreeSet<>();
          axes.forEach(axis -> layers.add(layer(axis.parameter())));
          if (!layers.isEmpty()) {
            groups.put(new Group(List.copyOf(layers), members.size()), members);
          }
        });
    groups.keySet().forEach(group -> group.layers().forEach(refused::remove));
  }

  private static String layer(String parameter) {
    int dot = parameter.lastIndexOf('.');
    return dot < 0 ? parameter : parameter.substring(0, dot);
  }

  /** What can be pruned. */
  public List<Group> groups() {
    return List.copyOf(groups.keySet());
  }

  /** Layers whose units must stay, with the reason. */
  public Map<String, String> refused() {
    return Collections.unmodifiableMap(refused);
  }

  /**
   * The network without this share of the units of every group.
   *
   * @param share in [0, 1); of each group at least one unit is left
   * @throws GatunException if no layer has units that can go
   */
  public Net prune(double share) {
    if (groups.isEmpty()) {
      throw new GatunException("pruning: no layer has units that can go: " + refused);
    }
    return prune(share, groups());
  }

  /**
   * The network without this share of the units of some layers, and of those that are grouped with
   * them.
   *
   * @param layers names as {@code conv2d1}
   * @throws GatunException if the units of one must stay; says why
   */
  public Net prune(double share, String... layers) {
    Set<Group> chosen = new LinkedHashSet<>();
    for (String layer : layers) {
      List<Group> its = groups().stream().filter(g -> g.layers().contains(layer)).toList();
      if (its.isEmpty()) {
        throw new GatunException(
            "pruning: units of '%s' must stay: %s; those of %s can go"
                .formatted(
                    layer,
                    refused.getOrDefault(layer, "there is no layer of this name with units"),
                    groups().stream().flatMap(g -> g.layers().stream()).toList()));
      }
      chosen.addAll(its);
    }
    return prune(share, List.copyOf(chosen));
  }

  private Net prune(double share, List<Group> chosen) {
    if (!(share >= 0 && share < 1)) {
      throw new GatunException("pruning: the share must be in [0, 1), got " + share);
    }
    Map<UnitAxes.Axis, Set<Integer>> gone = new LinkedHashMap<>();
    for (Group group : chosen) {
      for (List<Place> unit : smallest(groups.getOrDefault(group, List.of()), share)) {
        for (Place place : unit) {
          gone.computeIfAbsent(place.axis(), a -> new TreeSet<>()).add(place.index());
        }
      }
    }
    Map<String, Tensor> left = new LinkedHashMap<>(net.weights());
    gone.forEach(
        (axis, which) ->
            left.computeIfPresent(axis.parameter(), (n, w) -> without(w, axis.axis(), which)));
    try {
      return net.resized(left);
    } catch (ShapeException e) {
      throw new GatunException(
          "pruning: a layer does not take fewer units than it was written for; prune others by name: "
              + e.getMessage(),
          e);
    }
  }

  private List<List<Place>> smallest(List<List<Place>> units, double share) {
    double[] norms = new double[units.size()];
    for (UnitAxes.Axis axis : weights(units)) {
      double[] own = sums(axis);
      double all = Arrays.stream(own).sum();
      for (int i = 0; i < norms.length; i++) {
        for (Place place : units.get(i)) {
          norms[i] += place.axis().equals(axis) && all > 0 ? own[place.index()] / all : 0;
        }
      }
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < norms.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> norms[i]));
    int count = Math.min((int) Math.round(share * norms.length), norms.length - 1);
    return order.subList(0, count).stream().map(units::get).toList();
  }

  private Set<UnitAxes.Axis> weights(List<List<Place>> units) {
    Set<UnitAxes.Axis> found = new LinkedHashSet<>();
    for (Place place : units.get(0)) {
      if (makers.contains(place.axis())) {
        found.add(place.axis());
      }
    }
    return found;
  }

  /** Sums of absolute values for each index of an axis. */
  private double[] sums(UnitAxes.Axis axis) {
    Tensor weight = net.weight(axis.parameter());
    long inner = inner(weight.shape(), axis.axis());
    double[] sums = new double[Math.toIntExact(weight.shape().size(axis.axis()))];
    double[] values = weight.toDoubles();
    for (int i = 0; i < values.length; i++) {
      sums[(int) (i / inner % sums.length)] += Math.abs(values[i]);
    }
    return sums;
  }

  private static long inner(Shape shape, int axis) {
    long inner = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      inner *= shape.size(i);
    }
    return inner;
  }

  private static Tensor without(Tensor tensor, int axis, Set<Integer> which) {
    long inner = inner(tensor.shape(), axis);
    long[] sizes = tensor.shape().sizes();
    long size = sizes[axis];
    sizes[axis] -= which.size();
    double[] values = tensor.toDoubles();
    double[] left = new double[Math.toIntExact(Shape.of(sizes).elements())];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      if (!which.contains((int) (i / inner % size))) {
        left[at++] = values[i];
      }
    }
    return Tensor.rounded(tensor.dtype(), Shape.of(sizes), left);
  }
}
