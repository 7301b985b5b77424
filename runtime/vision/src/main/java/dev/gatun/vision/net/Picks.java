package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.GatherElements;
import dev.gatun.core.op.GreaterEqual;
import dev.gatun.core.op.NonMaxSuppression;
import dev.gatun.core.op.ScatterNd;
import dev.gatun.core.op.TopK;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Flow;
import java.util.List;

/** Some of many: the largest of each row, those that overlap no better one, some by chance. */
final class Picks {
  /** What is picked where nothing is there. */
  static final double NOTHING = -1;

  /** The largest numbers of each row and where they are, both [B, K]. */
  record Largest(Flow values, Flow places) {
    /** Other numbers at the same places. */
    Flow of(Flow x) {
      return at(x, places);
    }

    /** Boxes at the same places. */
    BoxFlow of(BoxFlow boxes) {
      return at(boxes, places);
    }
  }

  /** The numbers [B, K] of rows [B, N] at places [B, K]. */
  static Flow at(Flow rows, Flow places) {
    return rows.op(GatherElements.OP, Attrs.of("axis", 1), places);
  }

  /** The boxes of rows at places. */
  static BoxFlow at(BoxFlow rows, Flow places) {
    return new BoxFlow(
        at(rows.left(), places),
        at(rows.top(), places),
        at(rows.right(), places),
        at(rows.bottom(), places));
  }

  /** The largest {@code most} numbers of rows [B, N], all of them if there are no more. */
  static Largest largest(Flow x, long most) {
    Flow count;
    if (x.size(1) >= 0) {
      count = x.constant(Tensor.vector(Math.min(most, x.size(1))));
    } else {
      Flow known = x.sizes().slice(0, 1, 2);
      count = known.min(known.constant(Tensor.vector(most)));
    }
    List<Value> both = x.graph().add(TopK.OP, Attrs.NONE, List.of(x.value(), count.value()), 2, "");
    return new Largest(x.with(both.get(0)), x.with(both.get(1)));
  }

  /**
   * Which of the boxes [B, N] overlap no better one by more than that, as 1 and 0 [B, N].
   *
   * @param scores what is better; those that are not above {@code least} are not kept
   */
  static Flow keep(BoxFlow boxes, Flow scores, double overlap, double least) {
    // The operator has rows before columns.
    Flow corners =
        Flow.concat(
            2,
            boxes.top().unsqueeze(-1),
            boxes.left().unsqueeze(-1),
            boxes.bottom().unsqueeze(-1),
            boxes.right().unsqueeze(-1));
    Flow all = scores.unsqueeze(1);
    List<Value> args =
        List.of(
            corners.stop().value(),
            all.stop().value(),
            scores.constant(Tensor.scalar(Integer.MAX_VALUE)).value(),
            scores.constant(Tensor.scalar(DType.F32, overlap)).value(),
            scores.constant(Tensor.scalar(DType.F32, least)).value());
    Flow rows =
        scores.with(scores.graph().add(NonMaxSuppression.OP, Attrs.NONE, args, 1, "").get(0));
    Flow ones = rows.select(1, 0).mul(0).add(1).cast(DType.F32);
    return all.mul(0).op(ScatterNd.OP, Attrs.NONE, rows, ones).select(1, 0);
  }

  /** Which of {@code from} (1 and 0, [B, N]) are in a random choice of at most so many each row. */
  static Flow some(Flow from, Flow chance, long most) {
    Flow order = chance.where(from.greater(0), from.number(NOTHING));
    return from.mul(atLeast(order, largest(order, most).values().slice(1, -1, Long.MAX_VALUE)));
  }

  /**
   * The same where each row has a number of its own.
   *
   * @param counts float32 [B, 1], at most {@code most}
   */
  static Flow some(Flow from, Flow chance, long most, Flow counts) {
    Flow order = chance.where(from.greater(0), from.number(NOTHING));
    Flow best = largest(order, most).values();
    Flow last = counts.sub(1).max(0).cast(DType.I64);
    if (best.size(1) >= 0) {
      last = last.min(last.constant(Tensor.scalar(best.size(1) - 1)));
    } else {
      last = last.min(best.sizes().slice(0, 1, 2).sub(1));
    }
    Flow any = counts.greater(0).cast(DType.F32);
    return from.mul(atLeast(order, at(best, last))).mul(any);
  }

  private static Flow atLeast(Flow x, Flow least) {
    return x.op(GreaterEqual.OP, least).cast(DType.F32);
  }

  private Picks() {}
}
