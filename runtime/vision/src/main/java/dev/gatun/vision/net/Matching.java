package dev.gatun.vision.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.ArgMax;
import dev.gatun.core.tensor.DType;
import dev.gatun.train.net.Flow;

/**
 * Which thing each box is for.
 *
 * @param things number of the thing that overlaps most, int64 [B, N]
 * @param good 1 where a box shows its thing, [B, N]
 * @param bad 1 where a box shows nothing
 */
record Matching(Flow things, Flow good, Flow bad) {
  /**
   * Matches boxes by intersection over union.
   *
   * @param boxes [B, N] or [N]
   * @param corners of the things [B, M, 4]
   * @param there 1 for things that are there, [B, M]
   * @param best whether the boxes that overlap a thing most are good however little that is
   */
  static Matching of(
      BoxFlow boxes, Flow corners, Flow there, double bad, double good, boolean best) {
    BoxFlow things = BoxFlow.of(corners).unsqueeze(-1);
    Flow here = there.unsqueeze(-1);
    // What is not there overlaps less than nothing.
    Flow overlap = things.iou(boxes.unsqueeze(-2)).mul(here).add(here.sub(1)).stop();
    Flow most = overlap.largest(1);
    Flow which = overlap.op(ArgMax.OP, Attrs.of("axis", 1, "keepDims", false));
    Flow isGood = most.greaterEqual(good).cast(DType.F32);
    if (best) {
      Flow own = overlap.largest(2).unsqueeze(-1);
      Flow at = overlap.equal(own).and(own.greater(0)).cast(DType.F32).largest(1);
      isGood = isGood.max(at);
    }
    Flow isBad = most.less(bad).cast(DType.F32).mul(isGood.subFrom(1));
    return new Matching(which, isGood, isBad);
  }

  /** The things' boxes [B, N]; a box itself where it is not good. */
  BoxFlow boxes(Flow corners, BoxFlow otherwise) {
    BoxFlow all = Picks.at(BoxFlow.of(corners), things);
    Flow is = good.greater(0);
    return new BoxFlow(
        all.left().where(is, otherwise.left()),
        all.top().where(is, otherwise.top()),
        all.right().where(is, otherwise.right()),
        all.bottom().where(is, otherwise.bottom()));
  }
}
