package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.vision.MeanPrecision.Curve;
import dev.gatun.vision.MeanPrecision.Found;
import dev.gatun.vision.MeanPrecision.Truth;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Average precision by hand. */
class MeanPrecisionTests {
  private static final Box A = new Box(0, 0, 10, 10);
  private static final Box B = new Box(50, 0, 60, 10);
  private static final Box C = new Box(0, 50, 10, 60);
  private static final Box NOWHERE = new Box(90, 90, 95, 95);

  /** Three things; right, wrong, right, wrong in order of scores, over two pictures. */
  private static MeanPrecision<Box> example(Curve curve) {
    MeanPrecision<Box> all = MeanPrecision.ofBoxes(curve);
    all.add(
        List.of(new Found<>(1, 0.9, A), new Found<>(1, 0.8, NOWHERE)),
        List.of(new Truth<>(1, A, false), new Truth<>(1, B, false)));
    all.add(
        List.of(new Found<>(1, 0.7, C), new Found<>(1, 0.6, C)), List.of(new Truth<>(1, C, false)));
    return all;
  }

  @Test
  void curvesByHand() {
    // Recalls 1/3, 1/3, 2/3, 2/3; precisions 1, 1/2, 2/3, 1/2, so 1 up to 1/3 and 2/3 up to 2/3.
    assertEquals(1 / 3.0 + 2 / 9.0, example(Curve.AREA).value(0.5), 1e-12);
    // 0, 0.1, 0.2, 0.3; then 0.4, 0.5, 0.6.
    assertEquals((4 + 3 * 2 / 3.0) / 11, example(Curve.POINTS_11).value(0.5), 1e-12);
    // 0 to 0.33; then 0.34 to 0.66.
    assertEquals((34 + 33 * 2 / 3.0) / 101, example(Curve.POINTS_101).value(0.5), 1e-12);
    assertEquals(example(Curve.POINTS_101).value(0.5), example(Curve.POINTS_101).value(), 1e-12);
  }

  @Test
  void overlapsDecideWhatIsRight() {
    // A box whose overlap is 0.72: right at five of the ten thresholds.
    MeanPrecision<Box> all = MeanPrecision.ofBoxes(Curve.POINTS_101);
    all.add(
        List.of(new Found<>(0, 0.5, new Box(0, 0, 10, 7.2))), List.of(new Truth<>(0, A, false)));
    assertEquals(1, all.value(0.7), 1e-12);
    assertEquals(0, all.value(0.75), 1e-12);
    assertEquals(0.5, all.value(), 1e-12);
    assertTrue(Failure.of(() -> all.value(0.72)).contains("0.5, 0.55"));
  }

  @Test
  void eachThingIsFoundOnceByTheSurestBoxThatFits() {
    MeanPrecision<Box> all = MeanPrecision.ofBoxes(Curve.AREA);
    Box near = new Box(0, 0, 10, 9);
    all.add(
        List.of(new Found<>(0, 0.3, A), new Found<>(0, 0.6, near)),
        List.of(new Truth<>(0, A, false)));
    assertEquals(1, all.value(0.5), 1e-12); // the second one comes after full recall
    assertEquals(0.5, all.value(0.95), 1e-12); // there the surer one is wrong
  }

  @Test
  void meansAreOverClassesThatAreThere() {
    MeanPrecision<Box> all = example(Curve.AREA);
    all.add(List.of(new Found<>(2, 0.9, A)), List.of()); // nothing of class 2 anywhere
    double one = 1 / 3.0 + 2 / 9.0;
    assertEquals(one, all.value(0.5), 1e-12);
    all.add(List.of(), List.of(new Truth<>(3, A, false)));
    assertEquals(one / 2, all.value(0.5), 1e-12);
    assertEquals(0, all.ofClass(3, 0.5));
    assertTrue(Double.isNaN(all.ofClass(2, 0.5)));
    assertTrue(Double.isNaN(MeanPrecision.ofBoxes(Curve.AREA).value(0.5)));
  }

  @Test
  void ignoredThingsNeitherHelpNorHarm() {
    MeanPrecision<Box> all = MeanPrecision.ofBoxes(Curve.AREA);
    all.add(
        List.of(new Found<>(0, 0.9, B), new Found<>(0, 0.8, A)),
        List.of(new Truth<>(0, B, true), new Truth<>(0, A, false)));
    assertEquals(1, all.value(0.5), 1e-12);
  }

  @Test
  void masksOverlapToo() {
    MeanPrecision<boolean[]> all = MeanPrecision.ofMasks(Curve.AREA);
    boolean[] truth = {true, true, true, false};
    boolean[] found = {false, true, true, false};
    all.add(List.of(new Found<>(0, 0.9, found)), List.of(new Truth<>(0, truth, false)));
    assertEquals(1, all.value(0.65), 1e-12);
    assertEquals(0, all.value(0.7), 1e-12);
  }
}
