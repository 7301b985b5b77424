package dev.gatun.core.plan;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Gru;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.ffi.Arg;
import dev.gatun.ffi.DataType;
import dev.gatun.ffi.MemoryDesc;
import dev.gatun.ffi.OneDnn;
import dev.gatun.ffi.Recurrent;
import dev.gatun.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LSTM and GRU layers with constant weights in float32 by oneDNN. The two directions of a
 * bidirectional layer are two tasks, which write apart; a second phase puts their steps together.
 */
final class DnnlRecurrent implements Candidate {
  /** Gates of ONNX (i, o, f, c) in oneDNN's order (i, f, c, o). */
  private static final int[] LSTM_GATES = {0, 2, 3, 1};

  private static final int[] GRU_GATES = {0, 1, 2};

  @Override
  public String name() {
    return "recurrent/onednn/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    boolean lstm = node.op() == Lstm.OP;
    if (!lstm && node.op() != Gru.OP) {
      return new Lowering.Refused("");
    }
    Optional<OneDnn> library = OneDnn.find().library();
    if (library.isEmpty()) {
      return new Lowering.Refused("oneDNN is not available");
    }
    String reason = unsupported(node, lstm);
    return reason.isEmpty()
        ? new Builder(library.get(), node, target, lstm).lower()
        : new Lowering.Refused(reason);
  }

  private static String unsupported(Node node, boolean lstm) {
    Attrs attrs = node.attrs();
    if (node.input(0).tensorType().dtype() != DType.F32) {
      return "only float32, not " + node.input(0).tensorType().dtype();
    }
    if (node.input(0).tensorType().shape().elements() == 0) {
      return "no steps, no batch or no features";
    }
    for (int i = 1; i <= 3; i++) {
      if (node.has(i) && node.input(i).constant().isEmpty()) {
        return "weights that are not constant";
      }
    }
    if (node.has(4)) {
      return "sequences of different lengths";
    }
    if (node.has(7)) {
      return "peepholes";
    }
    if (node.outputs().size() > (lstm ? 3 : 2)) {
      return "the gates are to be saved";
    }
    if (attrs.integer("layout") != 0) {
      return "batch before time";
    }
    if (attrs.has("clip") && attrs.real("clip") > 0) {
      return "clipping";
    }
    if (lstm && attrs.flag("inputForget")) {
      return "coupled input and forget gates";
    }
    List<String> usual = lstm ? List.of("sigmoid", "tanh", "tanh") : List.of("sigmoid", "tanh");
    List<String> given = attrs.has("activations") ? attrs.texts("activations") : List.of();
    for (int i = 0; i < given.size(); i++) {
      if (!given.get(i).equalsIgnoreCase(usual.get(i % usual.size()))) {
        return "activation " + given.get(i);
      }
    }
    return "";
  }

  /** A constant as oneDNN wants it, of one direction. */
  private record Packed(String part, int direction, MemoryDesc to) {}

  /** One lowering. */
  private static final class Builder {
    private final OneDnn dnnl;
    private final Node node;
    private final Target target;
    private final boolean lstm;
    private final boolean resetAfter;
    private final int[] gates;
    private final int directions;
    private final long steps;
    private final long batch;
    private final long features;
    private final long hidden;

    Builder(OneDnn dnnl, Node node, Target target, boolean lstm) {
      this.dnnl = dnnl;
      this.node = node;
      this.target = target;
      this.lstm = lstm;
      resetAfter = !lstm && node.attrs().flag("linearBeforeReset");
      gates = lstm ? LSTM_GATES : GRU_GATES;
      Shape x = node.input(0).tensorType().shape();
      Shape r = node.input(2).tensorType().shape();
      steps = x.size(0);
      batch = x.size(1);
      features = x.size(2);
      directions = (int) r.size(0);
      hidden = r.size(2);
    }

    Lowering lower() {
      int inputs = node.inputs().size();
      int outputs = node.outputs().size();
      int scratch = inputs + outputs;
      long stateBytes = 4 * batch * hidden;
      long sequenceBytes = steps * stateBytes;
      // Scratch memory: sequences of two directions, then states that nobody asked for.
      boolean apart = directions == 2;
      long statesFrom = apart ? 2 * sequenceBytes : 0;
      long reserved = statesFrom + 4L * directions * stateBytes;

      DnnlSlices slices = new DnnlSlices(target);
      slices.operand(Arg.SRC, 0).fixed(Arg.WEIGHTS).fixed(Arg.WEIGHTS_1).fixed(Arg.BIAS);
      slices.operand(Arg.DST, apart ? scratch : inputs);
      int states = lstm ? 2 : 1;
      for (int s = 0; s < states; s++) {
        slices.operand(s == 0 ? Arg.SRC_1 : Arg.SRC_2, node.has(5 + s) ? 5 + s : -1);
        slices.operand(s == 0 ? Arg.DST_1 : Arg.DST_2, outputs > 1 + s ? inputs + 1 + s : scratch);
      }
      for (int d = 0; d < directions; d++) {
        boolean backwards = d == 1 || node.attrs().text("direction").equals("reverse");
        SharedPrimitive primitive =
            slices.primitive(
                backwards,
                () ->
                    Recurrent.of(
                            dnnl,
                            lstm
                                ? Recurrent.Cell.LSTM
                                : resetAfter ? Recurrent.Cell.LBR_GRU : Recurrent.Cell.GRU)
                        .direction(
                            backwards ? Recurrent.Direction.REVERSE : Recurrent.Direction.FORWARD)
                        .sizes(steps, batch, features, hidden)
                        .inference());
        List<Long> at = new ArrayList<>();
        at.add(0L);
        at.add(weights(1, d, features, primitive.primitive().desc(Arg.WEIGHTS)));
        at.add(weights(2, d, hidden, primitive.primitive().desc(Arg.WEIGHTS_1)));
        at.add(bias(d));
        at.add(d * sequenceBytes);
        for (int s = 0; s < states; s++) {
          at.add(node.has(5 + s) ? d * stateBytes : zeros(stateBytes));
          at.add(outputs > 1 + s ? d * stateBytes : statesFrom + (2L * s + d) * stateBytes);
        }
        slices.slice(primitive, DnnlKernel.Block.NONE, at);
      }
      DnnlKernel kernel =
          new DnnlKernel(slices.operands(), slices.slices(), directions).scratchFrom(reserved);
      List<Kernel> phases = new ArrayList<>();
      phases.add(kernel);
      if (apart) {
        phases.add(
            new RangeKernel(
                2 * steps,
                batch * hidden,
                target.threads(),
                (b, first, last) -> {
                  for (long i = first; i < last; i++) {
                    // Step i / 2 of direction i % 2.
                    MemorySegment.copy(
                        Memory.ALL,
                        b[scratch] + i % 2 * sequenceBytes + i / 2 * stateBytes,
                        Memory.ALL,
                        b[inputs] + i * stateBytes,
                        stateBytes);
                  }
                }));
      }
      List<Integer> unread = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        if (node.has(i)
            && node.inputs().lastIndexOf(node.input(i)) == node.inputs().indexOf(node.input(i))) {
          unread.add(i);
        }
      }
      return new Lowering.Kernels(
          phases,
          kernel.totalScratch(),
          List.of(),
          unread,
          steps
              + " steps of "
              + batch
              + "x"
              + features
              + "->"
              + hidden
              + " by "
              + slices.implementation());
    }

    private Tensor constant(int input) {
      return node.input(input).constant().orElseThrow();
    }

    /** Address of weights [G * H, from] of a direction in the layout of the primitive. */
    private long weights(int input, int direction, long from, MemoryDesc to) {
      Tensor tensor = constant(input);
      long gateBytes = 4 * hidden * from;
      MemoryDesc plain =
          MemoryDesc.strided(
              DataType.F32,
              new long[] {1, 1, from, gates.length, hidden},
              new long[] {0, 0, 1, hidden * from, from});
      return target
          .weights()
          .packed(
              tensor,
              new Packed(lstm ? "lstm" : "gru", direction, to),
              to.sizeBytes(),
              address -> {
                // Gates in oneDNN's order, then its layout.
                float[] ordered = new float[Math.toIntExact(gates.length * hidden * from)];
                MemorySegment into = MemorySegment.ofArray(ordered);
                MemorySegment data = tensor.data();
                for (int g = 0; g < gates.length; g++) {
                  MemorySegment.copy(
                      data,
                      (direction * gates.length + gates[g]) * gateBytes,
                      into,
                      g * gateBytes,
                      gateBytes);
                }
                Weights.withAddress(
                    Tensor.of(ordered, ordered.length), at -> dnnl.reorder(plain, at, to, address));
              });
    }

    /** Address of the biases [gates, H] of a direction, those of input and state added. */
    private long bias(int direction) {
      int rows = gates.length + (resetAfter ? 1 : 0);
      MemoryDesc to = MemoryDesc.rowMajor(DataType.F32, rows, hidden);
      if (!node.has(3)) {
        return zeros(to.sizeBytes());
      }
      Tensor tensor = constant(3);
      return target
          .weights()
          .packed(
              tensor,
              new Packed(lstm ? "lstm" : resetAfter ? "gru, reset after" : "gru", direction, to),
              to.sizeBytes(),
              address -> {
                long perDirection = 2L * gates.length * hidden;
                for (int g = 0; g < rows; g++) {
                  for (long i = 0; i < hidden; i++) {
                    int gate = gates[Math.min(g, gates.length - 1)];
                    long at = direction * perDirection + gate * hidden + i;
                    float input = tensor.getFloat(at);
                    float state = tensor.getFloat(at + gates.length * hidden);
                    // With the reset gate after the product, the candidate's two stay apart.
                    boolean candidate = resetAfter && g >= gates.length - 1;
                    float value = !candidate ? input + state : g == gates.length ? state : input;
                    Memory.ALL.set(Memory.F32, address + 4 * (g * hidden + i), value);
                  }
                }
              });
    }

    /** Address of zeros, for what is absent. */
    private long zeros(long bytes) {
      return target
          .weights()
          .packed(
              constant(2),
              "zeros " + bytes,
              bytes,
              address -> Memory.ALL.asSlice(address, bytes).fill((byte) 0));
    }
  }
}
