package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Scaling, filling, bounds and one-hot: fitted on training data, the same ever after. */
class PreparationTests {
  private static final float NAN = Float.NaN;

  private static IndexedDataset rows(int columns, float... values) {
    return Dataset.of(Map.of("x", Tensor.of(values, values.length / columns, columns)));
  }

  private static float[] applied(Preparation preparation, float... values) {
    return preparation.apply(Sample.of("x", Tensor.of(values, values.length))).get("x").toFloats();
  }

  @Test
  void scalingsAreThoseOfTheDefinition() {
    IndexedDataset train = rows(2, 1, 5, 2, 5, 3, 5, 10, 5);
    double deviation = Math.sqrt((9 + 4 + 1 + 36) / 4.0);
    // A constant column becomes 0, not NaN.
    assertArrayEquals(
        new float[] {(float) (-3 / deviation), 0},
        applied(Scaling.standard(train, "x"), 1, 5),
        1e-7f);
    assertArrayEquals(new float[] {0.5f, 0}, applied(Scaling.minMax(train, "x"), 5.5f, 5), 1e-7f);
    assertArrayEquals(
        new float[] {0, 0}, applied(Scaling.minMax(train, "x", -1, 1), 5.5f, 5), 1e-7f);
    // NumPy: quartiles 1.75 and 4.75, median 2.5.
    assertArrayEquals(
        new float[] {(float) (7.5 / 3), 1}, applied(Scaling.robust(train, "x"), 10, 6), 1e-7f);
    // The mean of one third thirty times is off by rounding; still constant.
    float[] thirds = new float[30];
    java.util.Arrays.fill(thirds, 1 / 3f);
    assertArrayEquals(new float[] {0}, applied(Scaling.standard(rows(1, thirds), "x"), 1 / 3f));
    assertTrue(Failure.of(() -> Scaling.minMax(train, "x", 1, 1)).contains("cannot scale"));
  }

  @Test
  void nothingIsLearntFromTestData() {
    IndexedDataset data = rows(1, 0, 1, 2, 3, 1000, 2000);
    List<IndexedDataset> parts = Splits.ordered(data, 4 / 6.0, 2 / 6.0);
    Scaling scaling = Scaling.minMax(parts.get(0), "x");
    assertArrayEquals(
        new float[] {1000 / 3f}, parts.get(1).map(scaling).get(0).get("x").toFloats());
    assertArrayEquals(new float[] {1}, parts.get(0).map(scaling).get(3).get("x").toFloats());
  }

  @Test
  void servingGetsTheSameBits() {
    IndexedDataset train = rows(2, 0.1f, 3, 0.7f, NAN, 0.35f, 9, 100, 2);
    List<Preparation> fitted =
        List.of(
            Filling.median(train, "x").withIndicator("missing"),
            Bounds.quantiles(train, "x", 0.05, 0.95),
            Scaling.standard(train, "x"));
    List<Preparation> loaded = Preparations.fromJson(Preparations.toJson(fitted));
    assertEquals(fitted, loaded);
    for (int i = 0; i < 4; i++) {
      Sample before = train.get(i);
      Sample after = before;
      for (Preparation each : fitted) {
        before = each.apply(before);
      }
      for (Preparation each : loaded) {
        after = each.apply(after);
      }
      assertEquals(before.asMap(), after.asMap());
    }
    Scaling scaling = Scaling.standard(train, "x");
    // A batch in serving and single samples in training.
    Tensor batch = Tensor.of(new float[] {0.1f, 3, 100, 2}, 2, 2);
    float[] both = scaling.apply(batch).toFloats();
    assertEquals(scaling.apply(train.get(0)).get("x").getFloat(1), both[1]);
    assertEquals(scaling.apply(train.get(3)).get("x").getFloat(0), both[2]);
    assertArrayEquals(batch.toFloats(), scaling.invert(scaling.apply(batch)).toFloats(), 1e-5f);
    Bounds open = new Bounds("x", new double[] {Double.NEGATIVE_INFINITY}, new double[] {1});
    assertEquals(List.of(open), Preparations.fromJson(Preparations.toJson(List.of(open))));
    assertTrue(
        Failure.of(() -> Preparations.fromJson("[{\"field\":\"x\"}]"))
            .contains("not preparations"));
    assertTrue(Failure.of(() -> Preparations.fromJson("{")).contains("not preparations"));
    assertTrue(
        Failure.of(() -> Preparations.fromJson("[{\"field\":\"x\",\"kind\":\"y\"}]"))
            .contains("kind 'y'"));
  }

  @Test
  void picturesAreScaledByChannel() {
    Tensor images = Tensor.of(new float[] {0, 2, 10, 30, 2, 4, 30, 50}, 2, 2, 1, 2);
    Scaling scaling = Scaling.standard(Dataset.of(Map.of("x", images)), "x", 0);
    assertArrayEquals(new double[] {2, 30}, scaling.center());
    assertArrayEquals(new double[] {Math.sqrt(2), Math.sqrt(200)}, scaling.scale(), 1e-12);
  }

  @Test
  void missingNumbersAreFilled() {
    IndexedDataset train = rows(2, 1, NAN, 3, 4, NAN, 4, 5, 9);
    assertArrayEquals(new float[] {3, 17 / 3f}, applied(Filling.mean(train, "x"), NAN, NAN), 1e-6f);
    assertArrayEquals(new float[] {3, 4}, applied(Filling.median(train, "x"), NAN, NAN));
    assertArrayEquals(new float[] {1, 4}, applied(Filling.mostFrequent(train, "x"), NAN, NAN));
    assertArrayEquals(new float[] {7, 8}, applied(Filling.constant("x", 2, -1), 7, 8));
    Sample filled = Filling.mean(train, "x").withIndicator("gone").apply(train.get(0));
    assertArrayEquals(new float[] {0, 1}, filled.get("gone").toFloats());
    int whole = 0;
    try (SampleCursor samples = train.filter(s -> Filling.complete(s, "x")).samples(0)) {
      for (; samples.hasNext(); samples.next()) {
        whole++;
      }
    }
    assertEquals(2, whole);
    assertTrue(
        Failure.of(() -> Filling.mean(rows(2, 1, NAN), "x")).contains("column 1 has no value"));
    assertTrue(
        Failure.of(() -> Scaling.standard(rows(1, Float.POSITIVE_INFINITY), "x"))
            .contains("Infinity"));
  }

  @Test
  void outliersAreMovedOrLeftOut() {
    IndexedDataset train = rows(1, 1, 2, 3, 4, 100);
    // Quartiles 2 and 4: bounds -1 and 7.
    Bounds bounds = Bounds.quartiles(train, "x", 1.5);
    assertArrayEquals(new float[] {7}, applied(bounds, 100));
    assertArrayEquals(new float[] {-1}, applied(bounds, -50));
    assertArrayEquals(new float[] {NAN}, applied(bounds, NAN));
    int inside = 0;
    try (SampleCursor samples = train.filter(bounds::holds).samples(0)) {
      for (; samples.hasNext(); samples.next()) {
        inside++;
      }
    }
    assertEquals(4, inside);
    Bounds deviations = Bounds.deviations(rows(1, -1, 1), "x", 2);
    assertArrayEquals(new float[] {2}, applied(deviations, 3));
    assertTrue(Failure.of(() -> Bounds.quantiles(train, "x", 0.9, 0.1)).contains("quantiles"));
  }

  @Test
  void oneHotRoundTripsAndHasAPolicyForTheUnknown() {
    String[] words = {"red", "blue", "red", "green"};
    IndexedDataset train =
        Dataset.of(4, i -> Sample.of("x", Tensor.of(new String[] {words[(int) i]})));
    for (OneHot.Unknown policy : OneHot.Unknown.values()) {
      OneHot oneHot = OneHot.fit(train, "x", policy);
      assertEquals(List.of("blue", "green", "red"), oneHot.categories());
      for (int i = 0; i < 4; i++) {
        Tensor hot = oneHot.apply(train.get(i)).get("x");
        assertEquals(Optional.of(words[i]), oneHot.invert(hot));
        assertEquals(oneHot.width(), hot.elements());
      }
      assertEquals(List.of(oneHot), Preparations.fromJson(Preparations.toJson(List.of(oneHot))));
      Sample black = Sample.of("x", Tensor.of(new String[] {"black"})).from("line 3");
      if (policy == OneHot.Unknown.ERROR) {
        assertTrue(
            Failure.of(() -> oneHot.apply(black)).startsWith("line 3: field 'x' holds 'black'"));
      } else {
        float[] hot = oneHot.apply(black).get("x").toFloats();
        assertArrayEquals(
            policy == OneHot.Unknown.ZEROS ? new float[3] : new float[] {0, 0, 0, 1}, hot);
        assertEquals(Optional.empty(), oneHot.invert(Tensor.of(hot, hot.length)));
      }
    }
    OneHot numbers = OneHot.fit(DatasetTests.numbers(12), "x", OneHot.Unknown.ERROR);
    assertEquals("2", numbers.categories().get(2));
    assertEquals("11", numbers.categories().get(11));
    assertTrue(
        Failure.of(() -> OneHot.fit(rows(1, 1), "x", OneHot.Unknown.ERROR))
            .contains("not one category"));
    Sample joined =
        Fields.join("all", List.of("b", "a"))
            .apply(Sample.of("a", Tensor.vector(1, 2), "b", Tensor.of(new float[] {0.5f}, 1)));
    assertEquals(List.of("all"), joined.names());
    assertArrayEquals(new float[] {0.5f, 1, 2}, joined.get("all").toFloats());
  }

  @Test
  void misfitsAreNamed() {
    Scaling scaling = Scaling.standard(rows(2, 1, 2), "x");
    assertTrue(
        Failure.of(() -> rows(3, 1, 2, 3).map(scaling).get(0))
            .contains("fitted with 2 columns along axis -1"));
    assertTrue(Failure.of(() -> Scaling.standard(rows(2), "x")).contains("no samples"));
    IndexedDataset text = Dataset.of(1, i -> Sample.of("x", Tensor.of(new String[] {"a"})));
    assertTrue(Failure.of(() -> Scaling.standard(text, "x")).contains("is text"));
  }
}
