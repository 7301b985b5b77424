package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Overlaps of boxes by hand, and which of them are kept. */
class BoxTests {
  @Test
  void overlapsByHand() {
    Box a = new Box(0, 0, 4, 2);
    Box b = new Box(2, 0, 6, 2);
    assertEquals(4 / 12.0, a.iou(b), 1e-12);
    assertEquals(4 / 12.0, a.giou(b), 1e-12); // the hull has no empty part
    assertEquals(4 / 12.0 - 4 / 40.0, a.diou(b), 1e-12);
    assertEquals(a.diou(b), a.ciou(b), 1e-12); // of one shape
    Box far = new Box(10, 0, 12, 2);
    assertEquals(0, a.iou(far));
    assertEquals(-12 / 24.0, a.giou(far), 1e-12);
    assertEquals(-81 / 148.0, a.diou(far), 1e-12);
    double angle = 2 / Math.PI * (Math.atan(2) - Math.atan(1));
    double shape = angle * angle;
    assertEquals(-81 / 148.0 - shape * shape / (1 + shape), a.ciou(far), 1e-12);
    assertEquals(1, a.ciou(a), 1e-12);
    assertEquals(0, new Box(1, 1, 1, 1).iou(new Box(1, 1, 1, 1)));
    assertEquals(0, new Box(3, 3, 1, 1).area());
    assertEquals(new Box(0, 1, 5, 4), new Box(-3, 1, 9, 4).within(10, 5));
    assertEquals(new Box(1, 2, 3, 6), Box.around(2, 4, 2, 4));
  }

  @Test
  void surestBoxOfEachThingIsKept() {
    List<Detection> found = new ArrayList<>();
    found.add(new Detection(0, 0.6, new Box(0, 0, 10, 10)));
    found.add(new Detection(0, 0.9, new Box(1, 0, 11, 10)));
    found.add(new Detection(1, 0.5, new Box(0, 0, 10, 10))); // another class
    found.add(new Detection(0, 0.4, new Box(8, 0, 18, 10))); // overlaps by 3 / 17
    List<Detection> kept = Suppression.keep(found, 0.5, 10);
    assertEquals(List.of(found.get(1), found.get(2), found.get(3)), kept);
    assertEquals(List.of(found.get(1), found.get(2)), Suppression.keep(found, 0.17, 10));
    assertEquals(List.of(found.get(1)), Suppression.keep(found, 0.5, 1));
    // The first of equals stays.
    Detection twin = new Detection(0, 0.9, new Box(1, 1, 11, 10));
    assertEquals(found.get(1), Suppression.keep(List.of(found.get(1), twin), 0.5, 9).get(0));
    assertTrue(Suppression.keep(List.of(), 0.5, 3).isEmpty());
  }
}
