package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Box;
import dev.gatun.vision.Track;
import dev.gatun.vision.Tracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A detector that learnt from pictures and a tracker follow things through a video. */
@Tag("acceptance")
class TrackedShapesTests {
  private static final int SIDE = 64;
  private static final int THINGS = 3;
  private static final int FRAMES = 50;
  private static final Yolo YOLO = new Yolo(1, SIDE, SIDE, 2, 8, 1, List.of(4, 8), 10);

  /** A disc (kind 0) or a square. */
  private record Thing(int kind, double x, double y, double size) {
    Box box() {
      return Box.around(x, y, size, size);
    }

    boolean covers(double u, double v) {
      return kind == 0
          ? Math.hypot(u - x, v - y) < size / 2
          : Math.max(Math.abs(u - x), Math.abs(v - y)) < size / 2;
    }
  }

  private static void draw(List<Thing> things, float[] to, int at, Random random) {
    for (int i = 0; i < SIDE * SIDE; i++) {
      int row = i / SIDE;
      double light = 0.1;
      for (Thing thing : things) {
        light = thing.covers(i % SIDE + 0.5, row + 0.5) ? 0.5 + 0.05 * thing.size() / 2 : light;
      }
      to[at + i] = (float) (light + 0.1 * random.nextGaussian());
    }
  }

  private static Map<String, Tensor> batch(int count, Random random) {
    float[] x = new float[count * SIDE * SIDE];
    float[] boxes = new float[count * THINGS * 4];
    long[] labels = new long[count * THINGS];
    for (int i = 0; i < count; i++) {
      List<Thing> things = new ArrayList<>();
      for (int t = 0; t < THINGS; t++) {
        double size = 9 + 7 * random.nextDouble();
        double u = size / 2 + (SIDE - size) * random.nextDouble();
        double v = size / 2 + (SIDE - size) * random.nextDouble();
        Thing thing = new Thing(random.nextInt(2), u, v, size);
        boolean free = things.stream().allMatch(o -> o.box().iou(thing.box()) < 0.2);
        int k = i * THINGS + t;
        labels[k] = free ? thing.kind() : -1;
        if (free) {
          things.add(thing);
          Box b = thing.box();
          float[] corners = {
            (float) b.left(), (float) b.top(), (float) b.right(), (float) b.bottom()
          };
          System.arraycopy(corners, 0, boxes, 4 * k, 4);
        }
      }
      draw(things, x, i * SIDE * SIDE, random);
    }
    return Map.of(
        "x", Tensor.of(x, count, 1, SIDE, SIDE),
        "boxes", Tensor.of(boxes, count, THINGS, 4),
        "labels", Tensor.of(labels, count, THINGS));
  }

  private static Net trained() {
    Random random = new Random(1);
    int steps = 400;
    try (Trainer trainer =
        Trainer.builder(YOLO.net())
            .loss(YOLO.loss())
            .optimizer(Optimizers.adamW(4e-3))
            .schedule(Schedules.warmupCosine(30, steps))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch(16, random));
      }
      return trainer.net();
    }
  }

  /** Two discs whose ways cross and a square that swings. */
  private static List<Thing> scene(int frame) {
    return List.of(
        new Thing(0, 10 + 0.9 * frame, 14 + 0.5 * frame, 12),
        new Thing(0, 54 - 0.9 * frame, 40 - 0.4 * frame, 10),
        new Thing(1, 32 + 18 * Math.sin(frame / 9.0), 53, 11 + 0.05 * frame));
  }

  @Test
  void thingsAreFollowedThroughAVideo() {
    Tracker tracker = new Tracker(new Tracker.Options(0.2, 0.4, 2, 10));
    Random random = new Random(5);
    double sum = 0;
    int count = 0;
    List<TreeSet<Long>> numbers = new ArrayList<>();
    for (int t = 0; t < THINGS; t++) {
      numbers.add(new TreeSet<>());
    }
    try (Session session = trained().model().compile()) {
      for (int frame = 0; frame < FRAMES; frame++) {
        float[] x = new float[SIDE * SIDE];
        draw(scene(frame), x, 0, random);
        try (Outputs y = session.run(Map.of("x", Tensor.of(x, 1, 1, SIDE, SIDE)))) {
          List<Track> tracks =
              tracker.next(YOLO.detections(y.get("y0"), y.get("y1"), 0.1, 0.5).get(0));
          for (int t = 0; t < THINGS; t++) {
            Box truth = scene(frame).get(t).box();
            int kind = scene(frame).get(t).kind();
            double best = 0;
            long id = 0;
            for (Track track : tracks) {
              double overlap = track.label() == kind ? track.box().iou(truth) : 0;
              if (overlap > best) {
                best = overlap;
                id = track.id();
              }
            }
            sum += best;
            count++;
            if (best > 0.5) {
              numbers.get(t).add(id);
            }
          }
        }
      }
    }
    // Frames before a track is proven count as 0.
    double mean = sum / count;
    System.out.printf("tracked shapes: mean IoU %.3f, numbers %s%n", mean, numbers);
    assertTrue(mean >= 0.6, "mean IoU " + mean);
    // Each begins and ends with its own number, whatever is nearest where the discs cross.
    assertEquals(3, numbers.stream().flatMap(TreeSet::stream).distinct().count(), "" + numbers);
  }
}
