package dev.gatun.core.pass;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.Concat;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.Flatten;
import dev.gatun.core.op.Identity;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Slice;
import dev.gatun.core.op.Squeeze;
import dev.gatun.core.op.StopGradient;
import dev.gatun.core.op.StraightThrough;
import dev.gatun.core.op.SumTo;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.op.Unsqueeze;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the many ways to write one thing to one form: drops what does nothing, merges chains of
 * reshapes and of transposes, and makes squeeze, unsqueeze and flatten reshapes.
 */
final class Canonicalize implements Simplify.Nested {
  private static final Set<OpDef> RESHAPES =
      Set.of(Reshape.OP, Squeeze.OP, Unsqueeze.OP, Flatten.OP);

  @Override
  public Optional<List<Value>> rewrite(
      Node node, List<Value> inputs, GraphBuilder b, Rewriter.Rule all) {
    if (inputs.isEmpty() || node.outputs().size() != 1) {
      return Optional.empty();
    }
    OpDef op = node.op();
    Value x = inputs.get(0);
    if (op == StraightThrough.OP && inputs.get(1).type().equals(node.output().type())) {
      return Optional.of(List.of(inputs.get(1)));
    }
    if (op == SumTo.OP && x.type().isFixed() && inputs.get(1).constant().isPresent()) {
      Shape to = Shape.of(inputs.get(1).constant().get().toLongs());
      return Optional.of(List.of(SumTo.fixed(b, x, to)));
    }
    if (op == Identity.OP
        || op == StopGradient.OP
        || op == Cast.OP && node.attrs().dtype("to") == x.tensorType().dtype()
        || op == Concat.OP && inputs.size() == 1) {
      return Optional.of(List.of(x));
    }
    if (op == Transpose.OP) {
      return transpose(node, x, b);
    }
    if (!RESHAPES.contains(op) && op != Expand.OP && op != Slice.OP) {
      return Optional.empty();
    }
    // The types of the old node may be less exact than those of the new inputs; ask for them anew.
    Value result = Rewriter.copy(node, inputs, b).get(0);
    if (!result.type().isFixed() || !x.type().isFixed()) {
      return Optional.of(List.of(result));
    }
    Shape shape = result.tensorType().shape();
    boolean sameShape = shape.equals(x.tensorType().shape());
    if (RESHAPES.contains(op)) {
      return Optional.of(List.of(sameShape ? x : reshape(x, shape, b)));
    }
    if ((op == Expand.OP || op == Slice.OP)
        && sameShape
        && (op == Expand.OP || isForward(inputs))) {
      return Optional.of(List.of(x));
    }
    return Optional.of(List.of(result));
  }

  /** A slice that changes no shape is nothing, unless it turns an axis around. */
  private static boolean isForward(List<Value> inputs) {
    if (inputs.size() < 5) {
      return true;
    }
    Optional<Tensor> steps = inputs.get(4).constant();
    if (steps.isEmpty()) {
      return false;
    }
    for (long step : steps.get().toLongs()) {
      if (step < 0) {
        return false;
      }
    }
    return true;
  }

  /** Reshape to a fixed shape, from where a chain of reshapes began. */
  private static Value reshape(Value x, Shape shape, GraphBuilder b) {
    Value source = x;
    while (source.producer().filter(p -> p.op() == Reshape.OP).isPresent()) {
      source = source.producer().orElseThrow().input(0);
    }
    if (source.type().isFixed() && source.tensorType().shape().equals(shape)) {
      return source;
    }
    return b.add(
        Reshape.OP, Attrs.of("allowZero", true), source, b.constant(Tensor.vector(shape.sizes())));
  }

  private static Optional<List<Value>> transpose(Node node, Value x, GraphBuilder b) {
    if (!x.tensorType().shape().isRanked()) {
      return Optional.empty();
    }
    int[] perm = Transpose.perm(node.attrs(), x.tensorType().shape().rank());
    Optional<Node> before = x.producer().filter(p -> p.op() == Transpose.OP);
    Value source = x;
    if (before.isPresent()) {
      int[] first = Transpose.perm(before.get().attrs(), perm.length);
      int[] both = new int[perm.length];
      for (int i = 0; i < both.length; i++) {
        both[i] = first[perm[i]];
      }
      perm = both;
      source = before.get().input(0);
    }
    boolean same = true;
    for (int i = 0; i < perm.length; i++) {
      same &= perm[i] == i;
    }
    return same
        ? Optional.of(List.of(source))
        : source == x
            ? Optional.empty()
            : Optional.of(List.of(b.add(Transpose.OP, Attrs.of("perm", perm), source)));
  }
}
