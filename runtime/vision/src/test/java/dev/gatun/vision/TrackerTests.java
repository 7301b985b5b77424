package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Things on their way through videos, by detections that are shaken, missed and made up. */
class TrackerTests {
  private static final int FRAMES = 50;

  private static Detection found(double x, double y, double size, int label, double score) {
    return new Detection(label, score, Box.around(x, y, size, size));
  }

  /** Where the three things are: two that cross, and one that turns around. */
  private static List<Box> truths(int frame) {
    return List.of(
        Box.around(10 + 1.6 * frame, 20 + 0.8 * frame, 14, 12),
        Box.around(90 - 1.6 * frame, 24 + 0.7 * frame, 13, 15),
        Box.around(50 + 25 * Math.sin(frame / 12.0), 75, 16 + 0.1 * frame, 16));
  }

  @Test
  void thingsKeepTheirNumbers() {
    Random random = new Random(4);
    Tracker tracker = new Tracker(Tracker.Options.DEFAULT);
    double sum = 0;
    int count = 0;
    Map<Integer, TreeSet<Long>> numbers = new HashMap<>();
    for (int frame = 0; frame < FRAMES; frame++) {
      List<Box> truths = truths(frame);
      List<Detection> detections = new ArrayList<>();
      for (int i = 0; i < truths.size(); i++) {
        Box b = truths.get(i);
        if (frame == 0 || random.nextDouble() < 0.9) {
          double x = b.x() + 0.7 * random.nextGaussian();
          double y = b.y() + 0.7 * random.nextGaussian();
          double width = b.width() * (1 + 0.06 * random.nextGaussian());
          double height = b.height() * (1 + 0.06 * random.nextGaussian());
          // The first two are of one kind, so only their ways tell them apart.
          detections.add(new Detection(i / 2, 0.9, Box.around(x, y, width, height)));
        }
      }
      if (random.nextDouble() < 0.3) {
        detections.add(
            found(
                100 * random.nextDouble(), 100 * random.nextDouble(), 12, random.nextInt(2), 0.7));
      }
      List<Track> tracks = tracker.next(detections);
      for (int i = 0; i < 3 && frame >= 2; i++) {
        Box truth = truths.get(i);
        Track best = null;
        for (Track track : tracks) {
          best = best == null || track.box().iou(truth) > best.box().iou(truth) ? track : best;
        }
        count++;
        if (best != null && best.box().iou(truth) > 0.3) {
          sum += best.box().iou(truth);
          numbers.computeIfAbsent(i, k -> new TreeSet<>()).add(best.id());
        }
      }
    }
    double mean = sum / count;
    System.out.printf("tracks: mean IoU %.3f, numbers %s%n", mean, numbers);
    assertTrue(mean >= 0.7, "mean IoU " + mean);
    // While the two cross, the nearest track may be the other one's; nobody else ever is.
    assertEquals(3, numbers.values().stream().flatMap(TreeSet::stream).distinct().count());
    assertEquals(1, numbers.getOrDefault(2, new TreeSet<>()).size());
  }

  @Test
  void aSteadyThingIsWhereItShouldBeWhenItIsMissed() {
    Tracker tracker = new Tracker(new Tracker.Options(0.3, 0.5, 2, 5));
    for (int frame = 0; frame < 12; frame++) {
      tracker.next(List.of(found(10 + 3 * frame, 40 - 2 * frame, 10, 1, 0.8)));
    }
    for (int missed = 1; missed <= 6; missed++) {
      List<Track> tracks = tracker.next(List.of());
      if (missed == 6) {
        assertEquals(List.of(), tracks);
      } else {
        Track track = tracks.get(0);
        assertEquals(10 + 3 * (11 + missed), track.box().x(), 0.5);
        assertEquals(40 - 2 * (11 + missed), track.box().y(), 0.5);
        assertEquals(10, track.box().width(), 1e-6);
        assertEquals(12, track.seen());
        assertEquals(missed, track.missed());
      }
    }
  }

  @Test
  void whatIsFoundOnceIsNotReported() {
    Tracker tracker = new Tracker(Tracker.Options.DEFAULT);
    List<Detection> there = List.of(found(20, 20, 10, 0, 0.9));
    assertEquals(List.of(), tracker.next(there));
    assertEquals(List.of(), tracker.next(there));
    assertEquals(List.of(), tracker.next(List.of()));
    // A gap ends what is not proven.
    assertEquals(List.of(), tracker.next(there));
    assertEquals(List.of(), tracker.next(there));
    assertEquals(2, tracker.next(there).get(0).id());
    // Another kind at the same place is another thing.
    assertEquals(1, tracker.next(List.of(found(20, 20, 10, 3, 0.9))).get(0).missed());
  }

  @Test
  void whatIsUnsureGoesOnWithATrackOnly() {
    Tracker tracker = new Tracker(new Tracker.Options(0.3, 0.5, 1, 0));
    assertEquals(List.of(), tracker.next(List.of(found(20, 20, 10, 0, 0.3))));
    assertEquals(1, tracker.next(List.of(found(20, 20, 10, 0, 0.8))).size());
    Track track = tracker.next(List.of(found(21, 20, 10, 0, 0.2))).get(0);
    assertEquals(0.2, track.score());
    assertEquals(2, track.seen());
    assertEquals(1, track.id());
  }

  /** The sum of overlaps decides: the nearest one first would leave the other without any. */
  @Test
  void allThingsAreJoinedAtOnce() {
    Tracker tracker = new Tracker(new Tracker.Options(0.1, 0.5, 1, 3));
    tracker.next(List.of(found(20, 20, 10, 0, 0.9), found(26, 20, 10, 0, 0.9)));
    List<Track> tracks =
        tracker.next(List.of(found(24, 20, 10, 0, 0.9), found(30, 20, 10, 0, 0.9)));
    assertEquals(2, tracks.size());
    assertTrue(tracks.get(0).box().x() < tracks.get(1).box().x());
    assertEquals(List.of(1L, 2L), tracks.stream().map(Track::id).toList());
  }

  /** Kalman's filter by matrices, as in books. */
  @Test
  void filtersAreThoseOfBooks() {
    double[] state = {5, 0};
    double[][] p = {{4, 0}, {0, 9}};
    SteadyMotion motion = new SteadyMotion(5, 2, 3);
    double[] measured = {6, 9, 8, 13, 15};
    for (double z : measured) {
      motion.predict(0.5, 0.2);
      state = new double[] {state[0] + state[1], state[1]};
      double[][] f = {{1, 1}, {0, 1}};
      p = product(product(f, p), new double[][] {{1, 0}, {1, 1}});
      p[0][0] += 0.25;
      p[1][1] += 0.04;
      motion.correct(z, 1.5);
      double s = p[0][0] + 2.25;
      double[] k = {p[0][0] / s, p[1][0] / s};
      double error = z - state[0];
      state = new double[] {state[0] + k[0] * error, state[1] + k[1] * error};
      p = product(new double[][] {{1 - k[0], 0}, {-k[1], 1}}, p);
      assertEquals(state[0], motion.value(), 1e-12);
      assertEquals(state[1], motion.change(), 1e-12);
    }
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[2][2];
    for (int i = 0; i < 8; i++) {
      c[i / 4][i / 2 % 2] += a[i / 4][i % 2] * b[i % 2][i / 2 % 2];
    }
    return c;
  }

  @Test
  void optionsAreChecked() {
    assertThrows(VisionException.class, () -> new Tracker.Options(0, 0.5, 3, 5));
    assertThrows(VisionException.class, () -> new Tracker.Options(0.3, 0.5, 0, 5));
  }
}
