package dev.gatun.vision.net;

import dev.gatun.train.net.Flow;

/**
 * Boxes as differences from others (Girshick and others 2014): of middles in sides of the other
 * box, of sides in logarithms.
 *
 * @param places factor of the differences of middles
 * @param sides factor of the differences of sides
 */
public record BoxCoding(double places, double sides) {
  /** A side grows at most so much: exp of more would be no picture's. */
  private static final double MOST = Math.log(1000.0 / 16);

  /** The box that differences [..., 4] from another one mean. */
  public BoxFlow box(Flow differences, BoxFlow from) {
    BoxFlow d = BoxFlow.of(differences);
    Flow width = from.width();
    Flow height = from.height();
    Flow x = d.left().div(places).mul(width).add(from.left().add(width.mul(0.5)));
    Flow y = d.top().div(places).mul(height).add(from.top().add(height.mul(0.5)));
    Flow halfWidth = d.right().div(sides).min(MOST).exp().mul(width).mul(0.5);
    Flow halfHeight = d.bottom().div(sides).min(MOST).exp().mul(height).mul(0.5);
    return new BoxFlow(x.sub(halfWidth), y.sub(halfHeight), x.add(halfWidth), y.add(halfHeight));
  }

  /** The differences [..., 4] of a box from another one; neither may be without a size. */
  public Flow differences(BoxFlow box, BoxFlow from) {
    Flow width = from.width();
    Flow height = from.height();
    Flow x = box.left().add(box.right()).sub(from.left()).sub(from.right()).mul(0.5);
    Flow y = box.top().add(box.bottom()).sub(from.top()).sub(from.bottom()).mul(0.5);
    return new BoxFlow(
            x.div(width).mul(places),
            y.div(height).mul(places),
            box.width().div(width).log().mul(sides),
            box.height().div(height).log().mul(sides))
        .corners();
  }
}
