package dev.gatun.core.compose;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Reshape;
import dev.gatun.core.op.Tanh;
import dev.gatun.core.op.Where;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The scores of an attention, read from the softmax back to the product of queries and keys: scale
 * * cap(product) + masks.
 *
 * @param product the matmul
 * @param scale what the product is multiplied with
 * @param softcap 0 for none
 * @param masks what is added
 * @param lead batch and heads where a reshape on the way tells them, else those of the product
 */
record Scores(Node product, double scale, double softcap, List<Mask> masks, Shape lead) {
  /** From here on a score counts as hidden even if all of a row are. */
  private static final double HIDDEN = -1e9;

  /**
   * Something added to the scores.
   *
   * @param value what is added; with {@code fill}, a condition
   * @param factor of the value
   * @param fill what is added where the condition equals {@code fillWhere}; NaN if the value is no
   *     condition
   * @param rank of the scores where it is added
   */
  record Mask(Value value, double factor, double fill, boolean fillWhere, int rank) {
    /** The addend in a graph, broadcasting to scores of [B, H, Sq, Sk]. */
    Value build(GraphBuilder b, Value leaf, Shape lead) {
      Value addend = leaf;
      if (!Double.isNaN(fill)) {
        Value zero = b.constant(Tensor.scalar(DType.F32, 0));
        Value hidden = b.constant(Tensor.scalar(DType.F32, fill));
        addend = b.add(Where.OP, leaf, fillWhere ? hidden : zero, fillWhere ? zero : hidden);
      } else if (factor != 1) {
        addend = b.add(Mul.OP, leaf, b.constant(Tensor.scalar(DType.F32, factor)));
      }
      Shape shape = addend.tensorType().shape();
      if (rank == 3 && shape.rank() == 3 && shape.size(0) != 1) {
        Value sizes =
            b.constant(Tensor.vector(lead.size(0), lead.size(1), shape.size(1), shape.size(2)));
        return b.add(Reshape.OP, Attrs.of("allowZero", true), addend, sizes);
      }
      return addend;
    }
  }

  /** Reads the input of a softmax along the last axis. */
  static Optional<Scores> read(Value value) {
    return read(value, 1, 0, new ArrayList<>(), Shape.UNRANKED);
  }

  /**
   * Reads on.
   *
   * @param scale what the value is multiplied with in the end
   */
  private static Optional<Scores> read(
      Value value, double scale, double softcap, List<Mask> masks, Shape lead) {
    Node node = value.producer().orElse(null);
    if (node == null) {
      return Optional.empty();
    }
    Shape shape = value.tensorType().shape();
    if (node.op() == Matmul.OP) {
      Shape batch =
          lead.isRanked()
              ? lead
              : shape.rank() == 4
                  ? Shape.of(shape.size(0), shape.size(1))
                  : Shape.of(1, shape.size(0));
      return shape.rank() == 3 || shape.rank() == 4
          ? Optional.of(new Scores(node, scale, softcap, List.copyOf(masks), batch))
          : Optional.empty();
    }
    if (node.op() == Reshape.OP) {
      Shape from = node.input(0).tensorType().shape();
      if (from.rank() < 3
          || from.rank() > 4
          || from.size(-1) != shape.size(-1)
          || from.size(-2) != shape.size(-2)) {
        return Optional.empty();
      }
      Shape four = from.rank() == 4 ? from : shape;
      Shape known =
          lead.isRanked() || four.rank() != 4 ? lead : Shape.of(four.size(0), four.size(1));
      return read(node.input(0), scale, softcap, masks, known);
    }
    if (node.op() == Mul.OP || node.op() == Div.OP) {
      return scaled(node, scale, softcap, masks, lead);
    }
    if (node.op() == Add.OP) {
      for (int i = 0; i < 2; i++) {
        Value scores = node.input(i);
        if (scores.tensorType().shape().equals(shape)) {
          List<Mask> more = new ArrayList<>(masks);
          more.add(new Mask(node.input(1 - i), scale, Double.NaN, false, shape.rank()));
          Optional<Scores> found =
              softcap > 0 ? Optional.empty() : read(scores, scale, softcap, more, lead);
          if (found.isPresent()) {
            return found;
          }
        }
      }
      return Optional.empty();
    }
    if (node.op() == Where.OP && softcap == 0) {
      return masked(node, scale, masks, lead);
    }
    if (node.op() == Tanh.OP && softcap == 0 && scale > 0) {
      // scale * tanh(t product) is the capped t * scale * product.
      return read(node.input(0), scale, scale, masks, lead);
    }
    return Optional.empty();
  }

  private static Optional<Scores> scaled(
      Node node, double scale, double softcap, List<Mask> masks, Shape lead) {
    for (int i = 0; i < (node.op() == Mul.OP ? 2 : 1); i++) {
      OptionalDouble factor = Expressions.number(node.input(1 - i));
      Value scores = node.input(i);
      if (factor.isPresent() && scores.type().equals(node.output().type())) {
        double f = factor.getAsDouble();
        double next = node.op() == Mul.OP ? scale * f : scale / f;
        return read(scores, next, softcap, masks, lead);
      }
    }
    return Optional.empty();
  }

  private static Optional<Scores> masked(Node node, double scale, List<Mask> masks, Shape lead) {
    for (int i = 1; i < 3; i++) {
      OptionalDouble fill = Expressions.number(node.input(i));
      Value scores = node.input(3 - i);
      if (fill.isPresent()
          && scores.type().equals(node.output().type())
          && isHidden(fill.getAsDouble() * scale, node.input(0), i == 1)) {
        List<Mask> more = new ArrayList<>(masks);
        int rank = scores.tensorType().shape().rank();
        more.add(new Mask(node.input(0), 1, fill.getAsDouble() * scale, i == 1, rank));
        return read(scores, scale, 0, more, lead);
      }
    }
    return Optional.empty();
  }

  private static boolean isHidden(double fill, Value condition, boolean fillWhere) {
    return fill <= HIDDEN
        || fill <= CausalMask.HIDDEN
            && condition.constant().filter(t -> everyRowHas(t, !fillWhere)).isPresent();
  }

  private static boolean everyRowHas(Tensor condition, boolean wanted) {
    long columns = condition.shape().rank() == 0 ? 1 : condition.shape().size(-1);
    for (long row = 0; row < condition.elements(); row += columns) {
      boolean any = false;
      for (long i = row; i < row + columns; i++) {
        any |= condition.getBoolean(i) == wanted;
      }
      if (!any) {
        return false;
      }
    }
    return true;
  }
}
