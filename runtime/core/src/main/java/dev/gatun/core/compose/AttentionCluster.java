package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Expand;
import dev.gatun.core.op.IsNaN;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.op.Where;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * softmax(scale q k' + masks) v for operands of three or four axes. The scale may stand at the
 * queries, the keys, both or the scores; masks may be added or selected; key and value heads may be
 * repeated for groups of query heads.
 *
 * <p>Where a mask of minus infinity hides a whole row, the formula gives NaN (unless it is guarded
 * by a where of isNaN) and the operator zeros.
 */
final class AttentionCluster implements Composite {
  @Override
  public String name() {
    return "recognizeAttention";
  }

  @Override
  public Optional<Match> match(Node root) {
    if (root.op() != Matmul.OP
        || root.output().tensorType().dtype() != DType.F32
        || root.attrs().flag("transposeA")
        || root.attrs().flag("transposeB")) {
      return Optional.empty();
    }
    Value weights = unguarded(root.input(0));
    Optional<Node> softmax = Expressions.made(weights, Softmax.OP);
    int rank = weights.tensorType().shape().rank();
    if (softmax.isEmpty()
        || rank < 3
        || weights.tensorType().shape().axis("softmax", softmax.get().attrs().integer("axis"))
            != rank - 1) {
      return Optional.empty();
    }
    return Scores.read(softmax.get().input(0)).flatMap(scores -> match(root, scores));
  }

  private static Optional<Match> match(Node root, Scores scores) {
    Node product = scores.product();
    if (product.attrs().flag("transposeA")) {
      return Optional.empty();
    }
    boolean turned = product.attrs().flag("transposeB");
    Value keys = product.input(1);
    Scaled q = Scaled.of(product.input(0));
    Scaled k = Scaled.of(keys);
    if (!turned) {
      Value top = k.views.isEmpty() ? k.value : k.views.get(k.views.size() - 1).output();
      Optional<Node> transpose = Expressions.made(top, Transpose.OP).filter(n -> swapsLast(n));
      if (transpose.isPresent()) {
        keys = transpose.get().input(0);
        Scaled before = Scaled.of(keys);
        // With views the factor has been met below them already.
        double factor = k.views.isEmpty() ? k.factor * before.factor : k.factor;
        k = new Scaled(before.value, factor, before.views);
        turned = true;
      }
    }
    Value values = root.input(1);
    Shape shape = product.input(0).tensorType().shape();
    Shape lead = scores.lead();
    long heads = lead.size(0) * lead.size(1);
    if (!sameLead(shape, keys) || !sameLead(shape, values) || rows(shape) != heads) {
      return Optional.empty();
    }
    Optional<Value> oneKey = turned ? unrepeated(keys) : Optional.empty();
    Optional<Value> oneValue = unrepeated(values);
    boolean grouped =
        oneKey.isPresent()
            && oneValue.isPresent()
            && oneKey.get().tensorType().shape().size(1)
                == oneValue.get().tensorType().shape().size(1);
    List<Value> leaves = new ArrayList<>();
    leaves.add(q.value);
    leaves.add(grouped ? oneKey.get() : k.value);
    leaves.add(grouped ? oneValue.get() : values);
    scores.masks().forEach(mask -> leaves.add(mask.value()));
    double scale = scores.scale() * q.factor * (grouped ? 1 : k.factor);
    Build build =
        new Build(
            scores,
            lead,
            scale,
            turned,
            q.views,
            grouped ? List.of() : k.views,
            root.output().tensorType().shape());
    return Optional.of(new Match(leaves, build));
  }

  /**
   * A value without the numbers it is multiplied with.
   *
   * @param views reshapes and transposes between the numbers and the value, the first one first
   */
  private record Scaled(Value value, double factor, List<Node> views) {
    static Scaled of(Value value) {
      Node node = value.producer().orElse(null);
      if (node != null && (node.op() == Mul.OP || node.op() == Div.OP)) {
        for (int i = 0; i < (node.op() == Mul.OP ? 2 : 1); i++) {
          OptionalDouble number = Expressions.number(node.input(1 - i));
          if (number.isPresent() && node.input(i).type().equals(value.type())) {
            double f = node.op() == Mul.OP ? number.getAsDouble() : 1 / number.getAsDouble();
            Scaled rest = of(node.input(i));
            return new Scaled(rest.value, rest.factor * f, rest.views);
          }
        }
      }
      if (node != null
          && (node.op() == Transpose.OP
              || node.op() == Reshape.OP && node.input(1).constant().isPresent())) {
        Scaled before = of(node.input(0));
        if (before.value != node.input(0)) {
          List<Node> views = new ArrayList<>(before.views);
          views.add(node);
          return new Scaled(before.value, before.factor, views);
        }
      }
      return new Scaled(value, 1, List.of());
    }
  }

  /** p of where(isNaN(p), 0, p), which turns rows that see no key to zeros. */
  private static Value unguarded(Value value) {
    return Expressions.made(value, Where.OP)
        .filter(where -> Expressions.number(where.input(1)).orElse(1) == 0)
        .filter(
            where ->
                Expressions.made(where.input(0), IsNaN.OP)
                    .filter(nan -> nan.input(0) == where.input(2))
                    .isPresent())
        .map(where -> where.input(2))
        .orElse(value);
  }

  private static boolean swapsLast(Node transpose) {
    int[] perm = transpose.attrs().ints("perm");
    for (int i = 0; i < perm.length - 2; i++) {
      if (perm[i] != i) {
        return false;
      }
    }
    return perm.length >= 2 && perm[perm.length - 1] == perm.length - 2;
  }

  private static boolean sameLead(Shape shape, Value other) {
    Shape with = other.tensorType().shape();
    if (with.rank() != shape.rank() || other.tensorType().dtype() != DType.F32) {
      return false;
    }
    for (int i = 0; i < shape.rank() - 2; i++) {
      if (with.size(i) != shape.size(i)) {
        return false;
      }
    }
    return true;
  }

  private static long rows(Shape shape) {
    long rows = 1;
    for (int i = 0; i < shape.rank() - 2; i++) {
      rows *= shape.size(i);
    }
    return rows;
  }

  /** x [B, G, 1, S, D] of reshape(expand(x, [B, G, R, S, D])) to [B, G R, S, D]. */
  private static Optional<Value> unrepeated(Value value) {
    Optional<Node> expand =
        Expressions.made(value, Reshape.OP)
            .flatMap(reshape -> Expressions.made(reshape.input(0), Expand.OP));
    if (expand.isEmpty() || value.tensorType().shape().rank() != 4) {
      return Optional.empty();
    }
    Value one = expand.get().input(0);
    Shape from = one.tensorType().shape();
    Shape to = expand.get().output().tensorType().shape();
    Shape whole = value.tensorType().shape();
    boolean fits =
        from.rank() == 5
            && to.rank() == 5
            && from.size(2) == 1
            && from.size(0) == to.size(0)
            && from.size(1) == to.size(1)
            && from.size(3) == to.size(3)
            && from.size(4) == to.size(4)
            && whole.size(0) == to.size(0)
            && whole.size(1) == to.size(1) * to.size(2)
            && whole.size(2) == to.size(3);
    return fits ? Optional.of(one) : Optional.empty();
  }

  /** Adds the attention and what brings its operands and its result to their shapes. */
  private record Build(
      Scores scores,
      Shape lead,
      double scale,
      boolean turned,
      List<Node> queryViews,
      List<Node> keyViews,
      Shape result)
      implements Match.Builder {
    @Override
    public Value build(GraphBuilder b, List<Value> leaves) {
      Value keys = viewed(b, leaves.get(1), keyViews);
      if (!turned) {
        int rank = keys.tensorType().shape().rank();
        int[] perm = new int[rank];
        for (int i = 0; i < rank; i++) {
          perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
        }
        keys = b.add(Transpose.OP, Attrs.of("perm", perm), keys);
      }
      Attrs attrs = Attrs.of("scale", scale, "softcap", scores.softcap());
      List<Value> inputs = new ArrayList<>();
      inputs.add(four(b, viewed(b, leaves.get(0), queryViews)));
      inputs.add(four(b, keys));
      inputs.add(four(b, leaves.get(2)));
      Value mask = Value.ABSENT;
      for (int i = 0; i < scores.masks().size(); i++) {
        Value addend = scores.masks().get(i).build(b, leaves.get(3 + i), lead);
        mask = mask.isAbsent() ? addend : b.add(Add.OP, mask, addend);
      }
      inputs.add(mask);
      Value y = b.add(Attention.OP, attrs, inputs, 1, "").get(0);
      return Reshape.to(y, result, b);
    }

    private static Value viewed(GraphBuilder b, Value value, List<Node> views) {
      Value at = value;
      for (Node view : views) {
        List<Value> inputs = new ArrayList<>();
        inputs.add(at);
        for (Value input : view.inputs().subList(1, view.inputs().size())) {
          inputs.add(b.constant(input.name(), input.constantDatum().orElseThrow()));
        }
        at = b.add(view.op(), view.attrs(), inputs, 1, "").get(0);
      }
      return at;
    }

    private Value four(GraphBuilder b, Value value) {
      Shape shape = value.tensorType().shape();
      if (shape.rank() == 5) {
        return Reshape.to(
            value, Shape.of(shape.size(0), shape.size(1), shape.size(3), shape.size(4)), b);
      }
      return shape.rank() == 4 && shape.size(0) == lead.size(0)
          ? value
          : Reshape.to(
              value, Shape.of(lead.size(0), lead.size(1), shape.size(-2), shape.size(-1)), b);
    }
  }
}
