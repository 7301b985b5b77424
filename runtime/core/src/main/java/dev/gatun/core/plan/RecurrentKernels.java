package dev.gatun.core.plan;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Activation;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Rnn;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.RecurrentActivation;
import dev.gatun.kernels.RecurrentActivation.Kind;
import dev.gatun.kernels.RecurrentF32;
import dev.gatun.kernels.RecurrentF32.Packed;
import dev.gatun.kernels.RecurrentF32.Places;
import dev.gatun.kernels.RecurrentLayer;
import dev.gatun.kernels.RecurrentLayer.Cell;
import java.util.ArrayList;
import java.util.List;

/**
 * LSTM, GRU and RNN layers in float32 with our own kernels. Constant weights are packed once,
 * others in a phase of their own in each run.
 */
final class RecurrentKernels implements Candidate {
  private static final int X = 0;
  private static final int W = 1;
  private static final int R = 2;
  private static final int BIAS = 3;
  private static final int LENGTHS = 4;
  private static final int H0 = 5;
  private static final int C0 = 6;
  private static final int PEEPHOLES = 7;

  @Override
  public String name() {
    return "recurrent/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (node.op() != Lstm.OP && node.op() != Gru.OP && node.op() != Rnn.OP) {
      return new Lowering.Refused("");
    }
    if (node.input(X).tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + node.input(X).tensorType().dtype());
    }
    if (node.has(LENGTHS) && node.input(LENGTHS).tensorType().dtype() != DType.I32) {
      return new Lowering.Refused(
          "lengths must be i32, not " + node.input(LENGTHS).tensorType().dtype());
    }
    Shape r = node.input(R).tensorType().shape();
    Shape x = node.input(X).tensorType().shape();
    if (x.size(0) == 0 || x.size(1) == 0 || r.size(2) == 0) {
      return new Lowering.Refused("no steps, no batch or no units");
    }
    long columns = r.size(0) * r.size(1);
    if (Math.max(x.size(0) * x.size(1), 2 * columns) > Integer.MAX_VALUE / 8) {
      return new Lowering.Refused("more than 2^28 rows or columns");
    }
    return build(node, layer(node), target);
  }

  private static RecurrentLayer layer(Node node) {
    Attrs attrs = node.attrs();
    boolean lstm = node.op() == Lstm.OP;
    Cell cell =
        lstm
            ? Cell.LSTM
            : node.op() == Rnn.OP
                ? Cell.RNN
                : attrs.flag("linearBeforeReset") ? Cell.GRU_LINEAR_BEFORE_RESET : Cell.GRU;
    Shape x = node.input(X).tensorType().shape();
    Shape r = node.input(R).tensorType().shape();
    boolean batchFirst = attrs.integer("layout") == 1;
    int directions = (int) r.size(0);
    List<Activation> activations =
        switch (cell) {
          case LSTM -> Activation.read("lstm", attrs, directions, "sigmoid", "tanh", "tanh");
          case RNN -> Activation.read("rnn", attrs, directions, "tanh");
          default -> Activation.read("gru", attrs, directions, "sigmoid", "tanh");
        };
    return new RecurrentLayer(
        cell,
        (int) x.size(batchFirst ? 1 : 0),
        (int) x.size(batchFirst ? 0 : 1),
        (int) x.size(2),
        (int) r.size(2),
        directions,
        attrs.text("direction").equals("reverse"),
        batchFirst,
        lstm && attrs.flag("inputForget"),
        attrs.has("clip") ? (float) Math.max(0, attrs.real("clip")) : 0,
        activations.stream().map(RecurrentKernels::kernel).toList());
  }

  static RecurrentActivation kernel(Activation a) {
    Kind kind =
        switch (a.name()) {
          case "sigmoid" -> Kind.SIGMOID;
          case "tanh" -> Kind.TANH;
          case "relu" -> Kind.RELU;
          case "affine" -> Kind.AFFINE;
          case "leakyrelu" -> Kind.LEAKY_RELU;
          case "thresholdedrelu" -> Kind.THRESHOLDED_RELU;
          case "scaledtanh" -> Kind.SCALED_TANH;
          case "hardsigmoid" -> Kind.HARD_SIGMOID;
          case "elu" -> Kind.ELU;
          case "softsign" -> Kind.SOFTSIGN;
          case "softplus" -> Kind.SOFTPLUS;
          case "identity" -> Kind.IDENTITY;
          default -> throw new Anchored.NotFusible("activation " + a.name());
        };
    return new RecurrentActivation(kind, a.alpha(), a.beta());
  }

  private static Lowering build(Node node, RecurrentLayer layer, Target target) {
    int inputs = node.inputs().size();
    int outputs = node.outputs().size();
    boolean lstm = layer.cell() == Cell.LSTM;
    int saved = lstm ? 3 : 2;
    Places places =
        new Places(
            X,
            node.has(LENGTHS) ? LENGTHS : -1,
            node.has(H0) ? H0 : -1,
            lstm && node.has(C0) ? C0 : -1,
            inputs,
            outputs > 1 ? inputs + 1 : -1,
            lstm && outputs > 2 ? inputs + 2 : -1,
            saved < outputs && layer.cell() != Cell.RNN ? inputs + saved : -1,
            lstm && outputs > 4 ? inputs + 4 : -1,
            inputs + outputs,
            lstm && node.has(PEEPHOLES));
    RecurrentF32 plan = new RecurrentF32(layer, places, target.threads());
    List<Integer> weights = new ArrayList<>(List.of(W, R));
    if (node.has(BIAS)) {
      weights.add(BIAS);
    }
    if (places.peepholes()) {
      weights.add(PEEPHOLES);
    }
    List<Kernel> phases = new ArrayList<>();
    long scratch = plan.scratchBytes();
    RecurrentF32 bound;
    boolean constant = weights.stream().allMatch(i -> node.input(i).constant().isPresent());
    if (constant) {
      bound = plan.bind(packed(node, layer, plan, places, target.weights()));
    } else {
      long recurrent = scratch + line(plan.weightBytes(layer.features()));
      long biases = recurrent + line(plan.weightBytes(layer.hidden()));
      long peepholes = biases + line(plan.biasBytes());
      Packed at = new Packed(scratch, recurrent, biases, peepholes, true);
      scratch = peepholes + plan.peepholeBytes();
      bound = plan.bind(at);
      phases.add(new PackInRun(layer, plan, at, places, node.has(BIAS)));
    }
    phases.add(new Phase(bound, bound.inputTasks(), RecurrentF32::input));
    phases.add(new Phase(bound, 1, (p, buffers, task) -> p.begin(buffers)));
    phases.add(new Phase(bound, bound.tasks(), RecurrentF32::run));
    List<Integer> unread = new ArrayList<>();
    for (int i : weights) {
      boolean elsewhere =
          node.inputs().lastIndexOf(node.input(i)) != node.inputs().indexOf(node.input(i));
      if (constant && !elsewhere) {
        unread.add(i);
      }
    }
    String note =
        layer.steps()
            + " steps of "
            + layer.batch()
            + "x"
            + layer.features()
            + "->"
            + layer.hidden()
            + "; "
            + plan.describe();
    return new Lowering.Kernels(phases, scratch, List.of(), unread, note);
  }

  private static long line(long bytes) {
    return Math.ceilDiv(bytes, Memory.ALIGNMENT) * Memory.ALIGNMENT;
  }

  /** A packed constant: which operand of a layer, in which form, with how many terms a row. */
  private record Form(String operand, RecurrentF32.Form form, int terms) {}

  private static Packed packed(
      Node node, RecurrentLayer layer, RecurrentF32 plan, Places places, Weights weights) {
    int features = layer.features();
    int hidden = layer.hidden();
    long input =
        pack(
            weights,
            constant(node, W),
            new Form("weights", plan.form(), features),
            plan.weightBytes(features),
            (from, to) -> plan.packWeights(from, features, to));
    long recurrent =
        pack(
            weights,
            constant(node, R),
            new Form("weights", plan.form(), hidden),
            plan.weightBytes(hidden),
            (from, to) -> plan.packWeights(from, hidden, to));
    // Without biases there are zeros, which the recurrent weights own.
    boolean bias = node.has(BIAS);
    long biases =
        pack(
            weights,
            constant(node, bias ? BIAS : R),
            new Form(bias ? "biases" : "zeros", plan.form(), 0),
            plan.biasBytes(),
            (from, to) -> plan.packBiases(bias ? from : 0, to));
    long peepholes =
        !places.peepholes()
            ? 0
            : pack(
                weights,
                constant(node, PEEPHOLES),
                new Form("peepholes", plan.form(), 0),
                plan.peepholeBytes(),
                plan::packPeepholes);
    return new Packed(input, recurrent, biases, peepholes, false);
  }

  private interface Pack {
    void pack(long from, long to);
  }

  private static long pack(Weights weights, Tensor tensor, Form form, long bytes, Pack pack) {
    return weights.packed(
        tensor, form, bytes, to -> Weights.withAddress(tensor, from -> pack.pack(from, to)));
  }

  private static Tensor constant(Node node, int input) {
    return node.input(input).constant().orElseThrow();
  }

  /** What a phase does with the plan. */
  private interface Part {
    void run(RecurrentF32 plan, long[] buffers, int task);
  }

  private record Phase(RecurrentF32 plan, int tasks, Part part) implements Kernel {
    @Override
    public void run(long[] buffers, int task) {
      part.run(plan, buffers, task);
    }
  }

  /** Packs weights that are not constant: biases, peepholes, parts of input and recurrent ones. */
  private record PackInRun(
      RecurrentLayer layer, RecurrentF32 plan, Packed to, Places places, boolean bias)
      implements Kernel {
    private static final int PARTS = 8;

    @Override
    public int tasks() {
      return 2 + 2 * PARTS;
    }

    @Override
    public void run(long[] buffers, int task) {
      long scratch = buffers[places.scratch()];
      switch (task) {
        case 0 -> plan.packBiases(bias ? buffers[BIAS] : 0, scratch + to.biases());
        case 1 -> {
          if (places.peepholes()) {
            plan.packPeepholes(buffers[PEEPHOLES], scratch + to.peepholes());
          }
        }
        default -> {
          int part = (task - 2) / 2;
          if (task % 2 == 0) {
            plan.packWeights(buffers[R], layer.hidden(), scratch + to.recurrent(), part, PARTS);
          } else {
            plan.packWeights(buffers[W], layer.features(), scratch + to.input(), part, PARTS);
          }
        }
      }
    }
  }
}
