package dev.gatun.train;

import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.AdaptiveAveragePool;
import dev.gatun.core.op.AveragePool;
import dev.gatun.core.op.BatchNorm;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.Gemm;
import dev.gatun.core.op.GlobalAveragePool;
import dev.gatun.core.op.GlobalLpPool;
import dev.gatun.core.op.GlobalMaxPool;
import dev.gatun.core.op.InstanceNorm;
import dev.gatun.core.op.LpPool;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Resize;
import dev.gatun.core.op.ShapeOf;
import dev.gatun.core.op.Squeeze;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What operators do to units: one rule a kind of operator; without one, units are held. */
final class UnitRules {
  private static final Set<Object> PLANES =
      Set.of(
          MaxPool.OP,
          AveragePool.OP,
          LpPool.OP,
          AdaptiveAveragePool.OP,
          GlobalAveragePool.OP,
          GlobalMaxPool.OP,
          GlobalLpPool.OP,
          Resize.OP);

  private final UnitAxes units;

  UnitRules(UnitAxes units) {
    this.units = units;
  }

  /** Follows the units of a node's operands to its results. */
  void follow(Node node) {
    if (node.op() == Conv.OP || node.op() == ConvTranspose.OP) {
      convolution(node);
    } else if (node.op() == Matmul.OP || node.op() == Gemm.OP) {
      product(node);
    } else if (node.op() == BatchNorm.OP || node.op() == InstanceNorm.OP) {
      norm(node);
    } else if (PLANES.contains(node.op()) && node.outputs().size() == 1 && wholePlanes(node)) {
      int[][] kept = Arrays.copyOf(units.known(node.input(0)), units.rank(node.output()));
      Arrays.fill(kept, 2, kept.length, null);
      units.result(node, kept);
    } else if (node.op() == Flatten.OP || node.op() == Reshape.OP) {
      reshape(node);
    } else if (node.op() == Squeeze.OP || node.op() == Unsqueeze.OP) {
      regroup(node);
    } else if (node.op() == Transpose.OP) {
      transpose(node);
    } else if (node.op() == Concat.OP) {
      concat(node);
    } else if (node.op().fusion() == FusionClass.REDUCE
        && node.attrs().has("keepDims")
        && node.attrs().has("noopWithEmptyAxes")) {
      reduce(node);
    } else if (node.op().pointwise().isPresent()) {
      pointwise(node);
    } else if (node.op() != ShapeOf.OP) {
      node.inputs().stream().filter(v -> !v.isAbsent()).forEach(v -> units.hold(v, sees(node)));
    }
  }

  private static String sees(Node node) {
    return node + " takes its units together or counts them";
  }

  private static boolean wholePlanes(Node node) {
    return node.op() == Resize.OP
        ? node.attrs().has("axes") && Arrays.stream(node.attrs().longs("axes")).allMatch(a -> a > 1)
        : node.attrs().text("layout").equals("NCHW");
  }

  private void convolution(Node node) {
    boolean turned = node.op() == ConvTranspose.OP;
    int[][] x = units.known(node.input(0));
    int[][] w = units.known(node.input(1));
    int[][] y = new int[units.rank(node.output())][];
    for (int i = 2; i < w.length; i++) {
      units.hold(w[i], "it is the window of " + node);
    }
    y[1] = w[turned ? 1 : 0];
    units.maker(node.input(1), turned ? 1 : 0);
    if (node.attrs().integer("groups") != 1 || !node.attrs().text("layout").equals("NCHW")) {
      units.hold(node.input(0), node + " has groups of channels");
      units.hold(node.input(1), node + " has groups of channels");
    } else {
      units.join(x[1], w[turned ? 0 : 1], node);
    }
    if (node.has(2)) {
      y[1] = units.join(y[1], units.known(node.input(2))[0], node);
    }
    units.result(node, y);
  }

  private void product(Node node) {
    int[][] a = units.known(node.input(0));
    int[][] b = units.known(node.input(1));
    if (a.length < 2 || b.length != 2) {
      units.hold(node.input(0), sees(node));
      units.hold(node.input(1), sees(node));
      return;
    }
    boolean turnA = node.attrs().flag("transposeA");
    boolean turnB = node.attrs().flag("transposeB");
    int last = a.length - 1;
    units.join(a[turnA ? last - 1 : last], b[turnB ? 1 : 0], node);
    int[][] y = a.clone();
    y[last - 1] = a[turnA ? last : last - 1];
    y[last] = b[turnB ? 0 : 1];
    units.maker(node.input(0), turnA ? last : last - 1);
    units.maker(node.input(1), turnB ? 0 : 1);
    if (node.has(2)) {
      broadcast(node.input(2), y, node);
    }
    units.result(node, y);
  }

  private void norm(Node node) {
    int[][] y = units.known(node.input(0)).clone();
    for (int i = 1; i < node.inputs().size(); i++) {
      if (!isUniform(node.input(i))) {
        y[1] = units.join(y[1], units.known(node.input(i))[0], node);
      }
    }
    units.result(node, y);
  }

  private void pointwise(Node node) {
    int[][] y = new int[units.rank(node.output())][];
    // The first that has an axis in full gives its units; the others must agree.
    boolean[] given = new boolean[y.length];
    for (Value input : node.inputs()) {
      if (!input.isAbsent() && !isUniform(input)) {
        int[][] x = units.known(input);
        for (int i = 0; i < x.length; i++) {
          int at = y.length - x.length + i;
          if (input.tensorType().shape().size(i) != 1 && !given[at]) {
            given[at] = true;
            y[at] = x[i];
          }
        }
      }
    }
    for (Value input : node.inputs()) {
      if (!input.isAbsent() && !isUniform(input)) {
        broadcast(input, y, node);
      }
    }
    units.result(node, y);
  }

  /** Joins a value's axes to those that it is repeated along. */
  private void broadcast(Value value, int[] @Nullable [] y, Node node) {
    int[][] x = units.known(value);
    for (int i = 0; i < x.length; i++) {
      int at = y.length - x.length + i;
      int[] to = y[at];
      if (value.tensorType().shape().size(i) == 1 && (to == null || to.length != 1)) {
        units.hold(x[i], node + " repeats its only unit");
      } else if (!Arrays.equals(x[i], to)) {
        y[at] = units.join(to, x[i], node);
      }
    }
  }

  /** A constant that is the same for all units, however many there are. */
  private static boolean isUniform(Value value) {
    Optional<Tensor> constant = value.constant();
    if (constant.isEmpty() || !constant.get().dtype().isNumber()) {
      return constant.isPresent() && constant.get().elements() == 1;
    }
    double[] all = constant.get().toDoubles();
    return Arrays.stream(all).allMatch(v -> v == all[0]);
  }

  private void transpose(Node node) {
    int[][] x = units.known(node.input(0));
    int[][] y = new int[x.length][];
    Optional<long[]> perm = node.attrs().optionalLongs("perm");
    for (int i = 0; i < y.length; i++) {
      int from = perm.isPresent() ? (int) perm.get()[i] : y.length - 1 - i;
      y[i] = x[from < 0 ? from + y.length : from];
    }
    units.result(node, y);
  }

  private void concat(Node node) {
    int rank = units.rank(node.output());
    int axis = (int) Math.floorMod(node.attrs().integer("axis"), (long) rank);
    int[][] y = units.known(node.input(0)).clone();
    boolean any = node.inputs().stream().anyMatch(v -> units.known(v)[axis] != null);
    List<int[]> parts = new ArrayList<>();
    for (Value input : node.inputs()) {
      int[][] x = units.known(input);
      for (int i = 0; i < rank; i++) {
        if (i != axis && (y[i] != null || x[i] != null)) {
          y[i] = units.join(y[i], x[i], node);
        }
      }
      long size = input.tensorType().shape().size(axis);
      int[] part = x[axis];
      if (any && size >= 0) {
        parts.add(part == null ? fixed((int) size, node) : part);
      }
    }
    if (any && parts.size() < node.inputs().size()) {
      parts.forEach(part -> units.hold(part, sees(node)));
      parts.clear();
    }
    y[axis] = parts.isEmpty() ? null : parts.stream().flatMapToInt(Arrays::stream).toArray();
    units.result(node, y);
  }

  private int[] fixed(int size, Node node) {
    int[] ids = units.sets().fresh(size);
    units.sets().hold(ids, "it is given to " + node);
    return ids;
  }

  private void reduce(Node node) {
    int[][] x = units.known(node.input(0));
    boolean keep = node.attrs().flag("keepDims");
    Optional<Tensor> given = node.has(1) ? node.input(1).constant() : Optional.empty();
    boolean[] gone = new boolean[x.length];
    Arrays.fill(gone, given.isEmpty() || given.get().elements() == 0);
    if (given.isPresent()) {
      for (long axis : given.get().toLongs()) {
        gone[(int) Math.floorMod(axis, (long) x.length)] = true;
      }
    }
    List<int[]> y = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      if (gone[i]) {
        units.hold(x[i], sees(node));
      }
      if (!gone[i] || keep) {
        y.add(gone[i] ? null : x[i]);
      }
    }
    units.result(node, y.toArray(new int[0][]));
  }

  private void reshape(Node node) {
    if (node.op() == Reshape.OP) {
      // Sizes that are written down stay as they are when units go.
      Optional<Tensor> sizes = node.input(1).constant();
      int[][] x = units.known(node.input(0));
      if (sizes.isEmpty() || Arrays.stream(sizes.get().toLongs()).filter(s -> s > 1).count() > 0) {
        boolean spared = sizes.isPresent() && fixedTail(sizes.get().toLongs(), x);
        if (!spared) {
          units.hold(node.input(0), node + " has sizes that are written down");
          return;
        }
      }
    }
    regroup(node);
  }

  /** True when the written sizes are those of axes without units. */
  private static boolean fixedTail(long[] sizes, int[] @Nullable [] x) {
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] > 1 && (i >= x.length || x[i] != null)) {
        return false;
      }
    }
    return true;
  }

  private void regroup(Node node) {
    Regrouping regrouping =
        new Regrouping(
            node.input(0).tensorType().shape().sizes(), node.output().tensorType().shape().sizes());
    units.result(
        node, regrouping.follow(units.known(node.input(0)), ids -> units.hold(ids, sees(node))));
  }
}
