package dev.gatun.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Augmentation;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Resampling;
import dev.gatun.train.data.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random changes: the same for the same seed, spread as they should be. */
class AugmentTests {
  private static final int COUNT = 12;

  private static IndexedDataset pictures(boolean bytes) {
    Random random = new Random(3);
    long[] levels = random.longs(COUNT * 3 * 10 * 14, 0, 256).toArray();
    Tensor x = Tensor.whole(DType.U8, Shape.of(COUNT, 3, 10, 14), levels);
    if (!bytes) {
      x = dev.gatun.train.data.Pixels.toFloats(x, 1 / 255f, 0);
    }
    long[] labels = random.longs(COUNT, 0, 5).toArray();
    return Dataset.of("x", x, "y", Tensor.of(labels, COUNT));
  }

  private static Map<String, Augmentation> all() {
    Augment a = Augment.picture("x");
    Map<String, Augmentation> all = new LinkedHashMap<>();
    all.put("flip", a.flip(0.5));
    all.put("flipVertically", a.flipVertically(0.5));
    all.put("quarterTurns", a.quarterTurns().then(a.resize(10, 14, Resampling.BICUBIC)));
    all.put("crop", a.crop(8, 9, 2));
    all.put("resizedCrop", a.resizedCrop(7, 7, 0.2, 1));
    all.put("shift", a.shift(2));
    all.put("rotate", a.rotate(20));
    all.put("affine", a.affine(15, 0.1, 0.8, 1.2, 10));
    all.put("perspective", a.perspective(0.4));
    all.put("colours", a.colours(0.4, 0.4, 0.4, 0.1));
    all.put("grey", a.grey(0.5));
    all.put("blur", a.blur(3, 0.3, 1.5));
    all.put("gaussianNoise", a.gaussianNoise(0.1));
    all.put("saltAndPepper", a.saltAndPepper(0.1));
    all.put("cutout", a.cutout(4));
    all.put("erase", a.erase(0.5, 0.05, 0.3, 0.5));
    all.put("randAugment", a.randAugment(3, 15));
    all.put("trivialAugment", a.trivialAugment());
    all.put("oneOf", Augment.oneOf(a.flip(1), a.grey(1), a.shift(1)));
    return all;
  }

  private static List<Tensor> epoch(Dataset data, int threads, long epoch) {
    List<Tensor> batches = new ArrayList<>();
    try (BatchCursor cursor = data.batch(5).prefetch(threads).open(epoch)) {
      while (cursor.hasNext()) {
        try (Batch batch = cursor.next()) {
          Tensor x = batch.get("x");
          batches.add(Tensor.of(x.toDoubles(), x.elements()));
        }
      }
    }
    return batches;
  }

  @Test
  void seedAndEpochDecideAndThreadsDoNot() {
    for (boolean bytes : new boolean[] {false, true}) {
      IndexedDataset data = pictures(bytes);
      all()
          .forEach(
              (name, augmentation) -> {
                List<Tensor> first = epoch(data.augment(5, augmentation), 0, 0);
                assertEquals(first, epoch(data.augment(5, augmentation), 0, 0), name);
                assertEquals(first, epoch(data.augment(5, augmentation), 3, 0), name);
                assertNotEquals(first, epoch(data.augment(5, augmentation), 0, 1), name);
                assertNotEquals(first, epoch(data.augment(6, augmentation), 0, 0), name);
                assertNotEquals(first, epoch(data, 0, 0), name);
              });
    }
  }

  @Test
  void picturesStayPictures() {
    for (boolean bytes : new boolean[] {false, true}) {
      IndexedDataset data = pictures(bytes);
      all()
          .forEach(
              (name, augmentation) -> {
                for (long i = 0; i < COUNT; i++) {
                  Tensor x = data.augment(1, augmentation).get(i).get("x");
                  assertEquals(bytes ? DType.U8 : DType.F32, x.dtype(), name);
                  assertEquals(3, x.shape().size(0), name);
                  boolean noisy = name.equals("gaussianNoise") || name.equals("quarterTurns");
                  for (float value : bytes || noisy ? new float[0] : x.toFloats()) {
                    assertTrue(value >= -1e-6 && value <= 1 + 1e-6, name + " " + value);
                  }
                }
              });
    }
  }

  @Test
  void cropsAreEvenlyDistributed() {
    // A picture whose element is its place tells where a part of it comes from.
    float[] places = new float[49];
    for (int i = 0; i < 49; i++) {
      places[i] = i;
    }
    Sample sample = Sample.of("x", Tensor.of(places, 1, 7, 7));
    SplittableRandom random = new SplittableRandom(11);
    int[] counts = new int[49];
    int draws = 20_000;
    Augmentation crop = Augment.picture("x").crop(3, 4, 0);
    for (int i = 0; i < draws; i++) {
      counts[(int) crop.apply(sample, random).get("x").getFloat(0)]++;
    }
    double expected = draws / 20.0; // 5 rows, 4 columns
    double chiSquare = 0;
    for (int i = 0; i < 49; i++) {
      if (i / 7 < 5 && i % 7 < 4) {
        chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
      } else {
        assertEquals(0, counts[i]);
      }
    }
    assertTrue(chiSquare < 43.8, "chi square of 19 degrees of freedom: " + chiSquare); // 0.1 %
    int flipped = 0;
    for (int i = 0; i < draws; i++) {
      Tensor x = Augment.picture("x").flip(0.3).apply(sample, random).get("x");
      flipped += x.getFloat(0) == 6 ? 1 : 0;
    }
    assertEquals(0.3, flipped / (double) draws, 0.015);
  }

  @Test
  void noiseHasItsStatistics() {
    SplittableRandom random = new SplittableRandom(2);
    float[] grey = new float[200 * 200];
    java.util.Arrays.fill(grey, 0.5f);
    Tensor x = Tensor.of(grey, 1, 200, 200);
    double sum = 0;
    double squares = 0;
    for (float value : Noise.gaussian(x, 0.1, random).toFloats()) {
      sum += value - 0.5;
      squares += (value - 0.5) * (value - 0.5);
    }
    assertEquals(0, sum / 40_000, 0.1 / 200 * 4);
    assertEquals(0.1, Math.sqrt(squares / 40_000), 0.1 * 4 / Math.sqrt(80_000));
    int black = 0;
    int white = 0;
    for (float value : Noise.saltAndPepper(x, 0.2, random).toFloats()) {
      black += value == 0 ? 1 : 0;
      white += value == 1 ? 1 : 0;
      assertTrue(value == 0 || value == 1 || value == 0.5f);
    }
    double deviation = Math.sqrt(40_000 * 0.1 * 0.9);
    assertEquals(4_000, black, 4 * deviation);
    assertEquals(4_000, white, 4 * deviation);
    // All channels of a pixel together.
    Tensor rgb = Noise.saltAndPepper(Tensor.of(new float[300], 3, 10, 10), 0.5, random);
    for (int i = 0; i < 100; i++) {
      assertEquals(rgb.getFloat(i), rgb.getFloat(100 + i));
      assertEquals(rgb.getFloat(i), rgb.getFloat(200 + i));
    }
    Tensor again = Noise.gaussian(x, 0.1, new SplittableRandom(5));
    assertEquals(again, Noise.gaussian(x, 0.1, new SplittableRandom(5)));
  }

  @Test
  void mixedSamplesHaveBothClasses() {
    IndexedDataset data = pictures(false);
    Mixing mixing = new Mixing(data, "x", "y", 5, 0.8);
    for (boolean cut : new boolean[] {false, true}) {
      Augmentation mix = cut ? mixing.cutmix() : mixing.mixup();
      boolean reallyMixed = false;
      for (long i = 0; i < COUNT; i++) {
        Sample own = data.get(i);
        Sample mixed = data.augment(9, mix).get(i);
        float[] target = mixed.get("y").toFloats();
        float sum = 0;
        for (float part : target) {
          sum += part;
          reallyMixed |= part > 0.1 && part < 0.9;
        }
        assertEquals(1, sum, 1e-6);
        if (cut) {
          int same = 0;
          for (int k = 0; k < 140; k++) {
            same += mixed.get("x").getFloat(k) == own.get("x").getFloat(k) ? 1 : 0;
          }
          double kept = target[(int) own.get("y").getLong(0)];
          // Pixels may agree by chance, and the partner may have the same class.
          assertTrue(kept >= same / 140.0 - 0.05, kept + " of the class, pixels " + same);
        }
      }
      assertTrue(reallyMixed);
      // Soft targets can be mixed again.
      Sample twice = data.augment(9, mix.then(mix)).get(0);
      assertEquals(Shape.of(5), twice.get("y").shape());
    }
    IndexedDataset wrong =
        Dataset.of("x", Tensor.of(new float[8], 2, 1, 2, 2), "y", Tensor.of(new long[] {7, 7}, 2));
    assertTrue(
        Failure.of(() -> wrong.augment(1, new Mixing(wrong, "x", "y", 5, 1).mixup()).get(0))
            .contains("no class below 5"));
  }

  @Test
  void rangesAreChecked() {
    Augment a = Augment.picture("x");
    Sample small = Sample.of("x", Tensor.of(new float[4], 1, 2, 2));
    SplittableRandom random = new SplittableRandom(1);
    assertTrue(Failure.of(() -> a.flip(1.5)).contains("from 0 to 1"));
    assertTrue(Failure.of(() -> a.randAugment(1, 31)).contains("from 0 to 30"));
    assertTrue(Failure.of(() -> a.perspective(1)).contains("below 1"));
    assertTrue(
        Failure.of(() -> a.crop(3, 3, 0).apply(small, random)).contains("does not fit into 2 x 2"));
    assertTrue(Failure.of(() -> a.blur(5, 1, 1).apply(small, random)).contains("too small"));
    assertTrue(Failure.of(() -> Colours.hue(small.get("x"), 0.6)).contains("-0.5 to 0.5"));
    assertTrue(
        Failure.of(() -> Colours.saturation(Tensor.of(new float[8], 2, 2, 2), 1))
            .contains("1 or 3 channels"));
  }
}
