package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Activation;
import dev.gatun.core.op.GruGradient;
import dev.gatun.core.op.LstmGradient;
import dev.gatun.core.op.RnnGradient;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.RecurrentGradientF32;
import dev.gatun.kernels.RecurrentGradientF32.Places;
import dev.gatun.kernels.RecurrentLayer;
import dev.gatun.kernels.RecurrentLayer.Cell;
import java.util.List;

/** LSTM, GRU and RNN layers back through time in float32 with our own kernels. */
final class RecurrentGradientKernels implements Candidate {
  @Override
  public String name() {
    return "recurrentGradient/vector/f32";
  }

  /** Whether a node need not be taken apart into its steps. */
  static boolean accepts(Node node) {
    return isGradient(node) && refusal(node).isEmpty();
  }

  private static boolean isGradient(Node node) {
    OpDef op = node.op();
    return op == LstmGradient.OP || op == GruGradient.OP || op == RnnGradient.OP;
  }

  private static int lengths(Node node) {
    return node.op() == RnnGradient.OP ? 2 : 3;
  }

  private static String refusal(Node node) {
    int lengths = lengths(node);
    for (int i = 0; i < node.inputs().size(); i++) {
      if (!node.has(i)) {
        continue;
      }
      Type.OfTensor type = node.input(i).tensorType();
      DType wanted = i == lengths ? DType.I32 : DType.F32;
      if (!type.isFixed() || type.dtype() != wanted) {
        return (i == lengths ? "lengths must be i32, not " : "only float32, not ") + type;
      }
    }
    if (node.op() == GruGradient.OP && !node.attrs().flag("linearBeforeReset")) {
      return "the reset comes before the product";
    }
    if (node.op() == LstmGradient.OP && node.attrs().flag("inputForget")) {
      return "coupled input and forget gates";
    }
    if (node.op() == GruGradient.OP && node.outputs().size() < 2) {
      return "gradients of the products with the state are needed from step to step";
    }
    Shape sums = node.outputs().get(0).tensorType().shape();
    if (sums.elements() == 0 || sums.size(1) * sums.size(2) > Integer.MAX_VALUE / 8) {
      return "no steps, no batch, no units, or more than 2^28 rows";
    }
    return RecurrentGradientF32.covers(layer(node)) ? "" : "activations whose values hide slopes";
  }

  private static RecurrentLayer layer(Node node) {
    Shape r = node.input(0).tensorType().shape();
    Shape sums = node.outputs().get(0).tensorType().shape();
    boolean lstm = node.op() == LstmGradient.OP;
    boolean rnn = node.op() == RnnGradient.OP;
    String[] usual = rnn ? new String[] {"tanh"} : new String[] {"sigmoid", "tanh"};
    if (lstm) {
      usual = new String[] {"sigmoid", "tanh", "tanh"};
    }
    int directions = (int) r.size(0);
    return new RecurrentLayer(
        lstm ? Cell.LSTM : rnn ? Cell.RNN : Cell.GRU_LINEAR_BEFORE_RESET,
        (int) sums.size(1),
        (int) sums.size(2),
        0,
        (int) r.size(2),
        directions,
        node.attrs().text("direction").equals("reverse"),
        false,
        false,
        0,
        Activation.read(node.op().name(), node.attrs(), directions, usual).stream()
            .map(RecurrentKernels::kernel)
            .toList());
  }

  @Override
  public Lowering lower(Node node, Target target) {
    if (!isGradient(node)) {
      return new Lowering.Refused("");
    }
    String refusal = refusal(node);
    if (!refusal.isEmpty()) {
      return new Lowering.Refused(refusal);
    }
    RecurrentLayer layer = layer(node);
    RecurrentGradientF32 plan = new RecurrentGradientF32(layer, places(node), target.threads());
    String note =
        "%d steps of %dx%d; %s"
            .formatted(layer.steps(), layer.batch(), layer.hidden(), plan.describe());
    return new Lowering.Kernels(
        List.of(
            new TaskKernel(plan.packTasks(), plan::pack),
            new TaskKernel(1, (buffers, task) -> plan.begin(buffers)),
            new TaskKernel(plan.tasks(), plan::run)),
        plan.scratchBytes(),
        List.of(),
        List.of(),
        note);
  }

  private static Places places(Node node) {
    int inputs = node.inputs().size();
    int outputs = node.outputs().size();
    boolean lstm = node.op() == LstmGradient.OP;
    boolean gru = node.op() == GruGradient.OP;
    // dy, and behind it the gradients of the last states.
    int dy = lengths(node) + (lstm ? 3 : gru ? 2 : 1);
    int sums = gru ? 2 : 1;
    return new Places(
        0,
        lstm || gru ? 1 : -1,
        lstm || gru ? 2 : 1,
        given(node, lengths(node)),
        lstm || gru ? given(node, 4) : -1,
        lstm ? given(node, 5) : -1,
        given(node, dy),
        given(node, dy + 1),
        lstm ? given(node, dy + 2) : -1,
        inputs,
        gru ? inputs + 1 : -1,
        outputs > sums ? inputs + sums : -1,
        lstm && outputs > sums + 1 ? inputs + sums + 1 : -1,
        inputs + outputs);
  }

  private static int given(Node node, int i) {
    return node.has(i) ? i : -1;
  }
}
