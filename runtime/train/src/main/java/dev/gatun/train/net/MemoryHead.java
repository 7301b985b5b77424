package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.Roll;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Softplus;
import dev.gatun.core.tensor.GatunException;
import java.util.List;

/**
 * A head of a neural Turing machine (Graves and others 2014): {@code call(controller, memory,
 * weights)} of [N, C], [N, rows, width] and the head's weights of the step before [N, rows] gives
 * what is read [N, width], the weights of this step, and the memory, changed if the head writes.
 *
 * <p>A dense layer makes from the controller's output key, strength, gate, shift by -1, 0 or 1 and
 * sharpness, and of a head that writes what is erased and added.
 */
public record MemoryHead(boolean writes) implements Module {
  private static final int SHIFTS = 3;

  @Override
  public List<Flow> apply(List<Flow> inputs) {
    if (inputs.size() != 3 || inputs.get(1).rank() != 3 || inputs.get(2).rank() != 2) {
      throw new GatunException(
          "needs the controller's output [batch, features], a memory [batch, rows, width] and"
              + " weights [batch, rows]");
    }
    Flow memory = inputs.get(1);
    long width = memory.size(2);
    Flow all = inputs.get(0).dense(width + 3 + SHIFTS + (writes ? 2 * width : 0));
    Flow key = all.slice(1, 0, width);
    Flow strength = all.slice(1, width, width + 1);
    Flow gate = all.slice(1, width + 1, width + 2);
    Flow sharpness = all.slice(1, width + 2, width + 3);
    Flow shift = all.slice(1, width + 3, width + 3 + SHIFTS);
    Flow weights = address(memory, key, strength, gate, shift, sharpness, inputs.get(2));
    Flow read = weights.unsqueeze(1).matmul(memory).squeeze(1);
    if (!writes) {
      return List.of(read, weights, memory);
    }
    long from = width + 3 + SHIFTS;
    Flow erase = all.slice(1, from, from + width).op(Sigmoid.OP).unsqueeze(1);
    Flow add = all.slice(1, from + width, from + 2 * width).unsqueeze(1);
    Flow where = weights.unsqueeze(2);
    Flow written = memory.mul(where.mul(erase).subFrom(1)).add(where.mul(add));
    return List.of(read, weights, written);
  }

  /** Section 3.3: by content, mixed with the weights before, shifted around, sharpened. */
  static Flow address(
      Flow memory, Flow key, Flow strength, Flow gate, Flow shift, Flow sharpness, Flow before) {
    Flow k = key.unsqueeze(1);
    Flow lengths = memory.square().sum(2).sqrt().mul(k.square().sum(2).sqrt());
    // A memory of zeros is like no key.
    Flow likeness = memory.mul(k).sum(2).div(lengths.max(1e-8));
    Flow content = strength.op(Softplus.OP).mul(likeness).softmax(-1);
    Flow share = gate.op(Sigmoid.OP);
    Flow mixed = share.mul(content).add(share.subFrom(1).mul(before));
    List<Flow> shares = shift.softmax(-1).split(1, SHIFTS);
    Flow moved = mixed.mul(shares.get(1));
    for (int i = 0; i < SHIFTS; i += 2) {
      Attrs attrs = Attrs.of("shifts", new long[] {i - 1}, "axes", new long[] {1});
      moved = moved.add(mixed.op(Roll.OP, attrs).mul(shares.get(i)));
    }
    Flow sharp = moved.pow(sharpness.op(Softplus.OP).add(1));
    return sharp.div(sharp.sumKept(-1));
  }
}
