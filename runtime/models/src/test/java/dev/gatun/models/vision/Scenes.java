package dev.gatun.models.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Resampling;
import dev.gatun.vision.Box;
import dev.gatun.vision.Preprocessing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Pictures of discs (class 1) and squares (class 2) on a noisy ground, the later ones over the
 * earlier ones.
 *
 * @param pictures uint8 [3, SIDE, SIDE] each
 * @param boxes [pictures, things, 4], of the whole thing whatever covers it
 * @param labels [pictures, things]
 * @param masks [pictures, things, SIDE, SIDE], 1 where the thing is seen
 */
record Scenes(List<Tensor> pictures, Tensor boxes, Tensor labels, Tensor masks) {
  static final int SIDE = 96;
  private static final int AREA = SIDE * SIDE;
  static final Preprocessing SEEN = Preprocessing.imageNet(SIDE, 0, Resampling.BILINEAR);

  /** A disc or square. */
  record Thing(boolean disc, int left, int top, int size) {
    private boolean covers(int row, int column) {
      if (row < top || column < left || row >= top + size || column >= left + size) {
        return false;
      }
      double v = row + 0.5 - top - size / 2.0;
      double u = column + 0.5 - left - size / 2.0;
      return !disc || v * v + u * u < size * size / 4.0;
    }
  }

  /** Things beside each other or over each other. */
  static Scenes of(int count, int things, long seed) {
    Random random = new Random(seed);
    List<List<Thing>> scenes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Thing> scene = new ArrayList<>();
      for (int t = 0; t < things; t++) {
        int size = 24 + random.nextInt(16);
        int left = Math.min(t * 28 + random.nextInt(14), SIDE - size);
        scene.add(new Thing(random.nextBoolean(), left, random.nextInt(SIDE - size), size));
      }
      scenes.add(scene);
    }
    return of(scenes, random);
  }

  /** Two things each that overlap, discs only or of both kinds. */
  static Scenes overlapping(int count, boolean discs, long seed) {
    Random random = new Random(seed);
    List<List<Thing>> scenes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int size = 28 + random.nextInt(12);
      // They share a part of each.
      int beside = size / 2 + random.nextInt(size / 3);
      int left = random.nextInt(SIDE - size - beside);
      int top = random.nextInt(SIDE - size - 6);
      boolean first = discs || random.nextBoolean();
      boolean second = discs || random.nextBoolean();
      scenes.add(
          List.of(
              new Thing(first, left, top, size),
              new Thing(second, left + beside, top + random.nextInt(6), size)));
    }
    return of(scenes, random);
  }

  static Scenes of(List<List<Thing>> scenes, Random random) {
    int count = scenes.size();
    int things = scenes.get(0).size();
    List<Tensor> pictures = new ArrayList<>();
    float[] boxes = new float[count * things * 4];
    long[] labels = new long[count * things];
    float[] masks = new float[count * things * AREA];
    for (int i = 0; i < count; i++) {
      long[] x = random.longs(3L * AREA, 0, 40).toArray();
      for (int t = 0; t < things; t++) {
        Thing thing = scenes.get(i).get(t);
        int k = i * things + t;
        labels[k] = thing.disc() ? 1 : 2;
        int right = thing.left() + thing.size();
        float[] corners = {thing.left(), thing.top(), right, thing.top() + thing.size()};
        System.arraycopy(corners, 0, boxes, 4 * k, 4);
        int[] colour = random.ints(3, 80, 256).toArray();
        for (int at = 0; at < AREA; at++) {
          if (thing.covers(at / SIDE, at % SIDE)) {
            for (int earlier = i * things; earlier <= k; earlier++) {
              masks[earlier * AREA + at] = earlier == k ? 1 : 0;
            }
            for (int c = 0; c < 3; c++) {
              x[c * AREA + at] = colour[c];
            }
          }
        }
      }
      pictures.add(Tensor.whole(DType.U8, Shape.of(3, SIDE, SIDE), x));
    }
    return new Scenes(
        pictures,
        Tensor.of(boxes, count, things, 4),
        Tensor.of(labels, count, things),
        Tensor.of(masks, count, things, SIDE, SIDE));
  }

  Map<String, Tensor> batch(boolean masked) {
    float[] x = new float[pictures.size() * 3 * AREA];
    for (int i = 0; i < pictures.size(); i++) {
      System.arraycopy(SEEN.apply(pictures.get(i)).toFloats(), 0, x, i * 3 * AREA, 3 * AREA);
    }
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("pixel_values", Tensor.of(x, pictures.size(), 3, SIDE, SIDE));
    batch.put("boxes", boxes);
    batch.put("labels", labels);
    if (masked) {
      batch.put("masks", masks);
    }
    return batch;
  }

  /** How many things a picture has. */
  int things() {
    return (int) labels.shape().size(1);
  }

  Box box(int picture, int thing) {
    long at = 4L * ((long) picture * things() + thing);
    return new Box(
        boxes.getFloat(at), boxes.getFloat(at + 1), boxes.getFloat(at + 2), boxes.getFloat(at + 3));
  }

  int label(int picture, int thing) {
    return (int) labels.getLong((long) picture * things() + thing);
  }

  boolean[] mask(int picture, int thing) {
    boolean[] mask = new boolean[AREA];
    for (int p = 0; p < AREA; p++) {
      mask[p] = masks.getFloat(((long) picture * things() + thing) * AREA + p) > 0;
    }
    return mask;
  }
}
