package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Parts and folds: disjoint, complete, of the promised sizes and shares. */
class SplitTests {
  /** Samples "x" = 0 to count - 1 with field "label" = x % classes, or 0 below {@code zeros}. */
  private static IndexedDataset labelled(int count, int classes, int zeros) {
    int[] labels = IntStream.range(0, count).map(i -> i < zeros ? 0 : i % classes).toArray();
    return Dataset.of(
        "x",
        Tensor.of(IntStream.range(0, count).toArray(), count),
        "label",
        Tensor.of(labels, count));
  }

  private static List<Long> field(Dataset dataset, String field) {
    List<Long> values = new ArrayList<>();
    try (SampleCursor samples = dataset.samples(0)) {
      samples.forEachRemaining(sample -> values.add(sample.get(field).getLong(0)));
    }
    return values;
  }

  private static Map<Long, Integer> histogram(Dataset dataset, String field) {
    Map<Long, Integer> counts = new TreeMap<>();
    field(dataset, field).forEach(value -> counts.merge(value, 1, Integer::sum));
    return counts;
  }

  private static void assertDisjoint(int count, List<IndexedDataset> parts) {
    List<Long> all = new ArrayList<>();
    parts.forEach(part -> all.addAll(field(part, "x")));
    assertEquals(count, all.size());
    assertEquals(count, new HashSet<>(all).size());
  }

  @Test
  void randomPartsAreSeededAndDisjoint() {
    IndexedDataset data = labelled(103, 4, 0);
    List<IndexedDataset> parts = Splits.random(data, 42, 0.8, 0.1, 0.1);
    assertDisjoint(103, parts);
    assertEquals(List.of(83L, 10L, 10L), parts.stream().map(IndexedDataset::count).toList());
    assertEquals(
        field(parts.get(1), "x"), field(Splits.random(data, 42, 0.8, 0.1, 0.1).get(1), "x"));
    assertNotEquals(
        field(parts.get(1), "x"), field(Splits.random(data, 43, 0.8, 0.1, 0.1).get(1), "x"));
    assertDisjoint(52, Splits.random(data, 1, 0.25, 0.25));
    assertEquals(List.of(0L, 1L), field(Splits.ordered(labelled(4, 2, 0), 0.5, 0.5).get(0), "x"));
    assertTrue(Failure.of(() -> Splits.random(data, 1, 0.8, 0.3)).contains("add up to 1 or less"));
    assertTrue(Failure.of(() -> Splits.random(data, 1, 1, 0)).contains("above 0"));
    assertTrue(Failure.of(() -> Splits.random(data, 1, 0.999, 0.001)).contains("too few"));
  }

  @Test
  void stratifiedPartsKeepTheShares() {
    // 600 of class 0, 100 each of the others.
    IndexedDataset data = labelled(900, 3, 450);
    List<IndexedDataset> parts = Splits.stratified(data, "label", 7, 0.7, 0.2, 0.1);
    assertDisjoint(900, parts);
    Map<Long, Integer> all = histogram(data, "label");
    double[] fractions = {0.7, 0.2, 0.1};
    for (int p = 0; p < 3; p++) {
      for (long label : all.keySet()) {
        assertEquals(
            all.getOrDefault(label, 0) * fractions[p],
            histogram(parts.get(p), "label").getOrDefault(label, 0),
            1);
      }
    }
    // 50 classes of 3 samples: no class can have its share, the parts still have theirs.
    List<IndexedDataset> small = Splits.stratified(labelled(150, 50, 0), "label", 7, 0.8, 0.2);
    assertDisjoint(150, small);
    assertTrue(Math.abs(30 - small.get(1).count()) <= 1);
    assertEquals(
        field(parts.get(2), "x"),
        field(Splits.stratified(data, "label", 7, 0.7, 0.2, 0.1).get(2), "x"));
  }

  @Test
  void groupedPartsShareNoGroup() {
    IndexedDataset data = labelled(200, 23, 0);
    List<IndexedDataset> parts = Splits.grouped(data, "label", 5, 0.6, 0.2, 0.2);
    assertDisjoint(200, parts);
    Set<Long> train = histogram(parts.get(0), "label").keySet();
    for (int p = 1; p < 3; p++) {
      assertTrue(Collections.disjoint(train, histogram(parts.get(p), "label").keySet()));
      assertTrue(Math.abs(40 - parts.get(p).count()) <= 10);
    }
    for (IndexedDataset part : Splits.grouped(labelled(90, 3, 0), "label", 5, 0.9, 0.05, 0.05)) {
      assertEquals(30, part.count());
    }
    assertTrue(
        Failure.of(() -> Splits.grouped(labelled(30, 2, 0), "label", 5, 0.4, 0.3, 0.3))
            .contains("2 groups cannot be split into 3 parts"));
  }

  @Test
  void foldsCoverEverySampleOnce() {
    IndexedDataset data = labelled(53, 5, 20);
    Map<Long, Integer> all = histogram(data, "label");
    for (List<Folds.Fold> folds :
        List.of(
            Folds.plain(data, 5, 3),
            Folds.stratified(data, "label", 5, 3),
            Folds.grouped(data, "label", 5))) {
      assertDisjoint(53, folds.stream().map(Folds.Fold::test).toList());
      for (Folds.Fold fold : folds) {
        assertDisjoint(53, List.of(fold.train(), fold.test()));
      }
    }
    for (Folds.Fold fold : Folds.stratified(data, "label", 5, 3)) {
      assertTrue(fold.test().count() == 10 || fold.test().count() == 11);
      all.forEach(
          (label, count) ->
              assertEquals(count / 5.0, histogram(fold.test(), "label").getOrDefault(label, 0), 1));
    }
    for (Folds.Fold fold : Folds.grouped(data, "label", 5)) {
      assertTrue(
          Collections.disjoint(
              histogram(fold.train(), "label").keySet(), histogram(fold.test(), "label").keySet()));
    }
    assertNotEquals(
        field(Folds.plain(data, 5, 3).get(0).test(), "x"),
        field(Folds.plain(data, 5, 4).get(0).test(), "x"));
    assertTrue(Failure.of(() -> Folds.plain(data, 54, 1)).contains("54 folds of 53 samples"));
    assertTrue(Failure.of(() -> Folds.grouped(data, "label", 6)).contains("6 folds of 5 groups"));
  }

  @Test
  void timeSeriesTrainOnThePastOnly() {
    List<Folds.Fold> folds = Folds.timeSeries(labelled(23, 2, 0), 3, 2);
    for (int f = 0; f < 3; f++) {
      List<Long> train = field(folds.get(f).train(), "x");
      List<Long> test = field(folds.get(f).test(), "x");
      assertEquals(5, test.size());
      assertEquals(23 - 5 * (3 - f), test.get(0));
      assertEquals(test.get(0) - 3, train.getLast());
      assertEquals(0, train.get(0));
    }
    assertTrue(
        Failure.of(() -> Folds.timeSeries(labelled(6, 2, 0), 2, 2)).contains("leaves nothing"));
  }

  @Test
  void labelsMayBeOneHotAndMustBeWhole() {
    IndexedDataset hot =
        Dataset.of(
            4,
            i ->
                Sample.of(
                    "label", Tensor.of(i % 2 == 0 ? new float[] {1, 0} : new float[] {0, 1}, 2)));
    assertEquals(2, Splits.stratified(hot, "label", 1, 0.5, 0.5).get(0).count());
    IndexedDataset soft = Dataset.of(1, i -> Sample.of("label", Tensor.of(new float[] {0.5f}, 1)));
    assertTrue(Failure.of(() -> Folds.stratified(soft, "label", 2, 1)).contains("not a class"));
  }
}
