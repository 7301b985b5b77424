package dev.gatun.train.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.train.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Things are found by their vectors. */
class VectorIndexTests {
  private static float[] random(Random random, int width) {
    float[] vector = new float[width];
    for (int i = 0; i < width; i++) {
      vector[i] = (float) (3 * random.nextGaussian());
    }
    return vector;
  }

  @Test
  void theNearestAreThoseOfAllCosines() {
    Random random = new Random(2);
    VectorIndex<Integer> index = new VectorIndex<>(7);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      vectors.add(random(random, 7));
      index.add(i, vectors.get(i));
    }
    assertEquals(200, index.size());
    for (int round = 0; round < 20; round++) {
      float[] asked = random(random, 7);
      List<Integer> expected =
          IntStream.range(0, 200)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -Vectors.cosine(asked, vectors.get(i))))
              .toList();
      List<VectorIndex.Near<Integer>> found = index.nearest(asked, 9);
      assertEquals(expected.subList(0, 9), found.stream().map(VectorIndex.Near::item).toList());
      for (VectorIndex.Near<Integer> near : found) {
        assertEquals(Vectors.cosine(asked, vectors.get(near.item())), near.cosine(), 1e-6);
      }
      double least = found.get(4).cosine();
      assertEquals(found.subList(0, 5), index.within(asked, least));
    }
    assertEquals(200, index.nearest(vectors.get(0), 500).size());
    assertEquals(List.of(), index.nearest(vectors.get(0), 0));
  }

  @Test
  void lengthsDoNotMatterAndEqualOnesKeepTheirOrder() {
    VectorIndex<String> index = new VectorIndex<>(2);
    index.add("long", new float[] {1e20f, 0});
    index.add("short", new float[] {1e-20f, 0});
    index.add("other", new float[] {0, 1});
    List<VectorIndex.Near<String>> found = index.nearest(new float[] {2, 0}, 3);
    assertEquals(
        List.of("long", "short", "other"), found.stream().map(VectorIndex.Near::item).toList());
    assertEquals(1, found.get(1).cosine());
  }

  @Test
  void duplicatesAreGroups() {
    VectorIndex<String> index = new VectorIndex<>(2);
    double[] degrees = {0, 90, 8, 180, 16, 93, 270};
    for (double d : degrees) {
      double angle = Math.toRadians(d);
      index.add("" + (int) d, new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
    }
    // 0 and 16 are too far apart, but both are near 8.
    assertEquals(
        List.of(List.of("0", "8", "16"), List.of("90", "93")),
        index.duplicates(Math.cos(Math.toRadians(10))));
    assertEquals(List.of(), index.duplicates(1.1));
  }

  @Test
  void whatHasNoDirectionIsNamed() {
    VectorIndex<String> index = new VectorIndex<>(2);
    assertTrue(Failure.of(() -> index.add("a", new float[2])).contains("zeros"));
    assertTrue(Failure.of(() -> index.add("a", new float[] {Float.NaN, 1})).contains("not finite"));
    assertTrue(Failure.of(() -> index.nearest(new float[3], 1)).contains("3 numbers among"));
    assertTrue(Failure.of(() -> new VectorIndex<String>(0)).contains("at least one"));
    assertEquals(List.of(), index.nearest(new float[] {1, 0}, 3));
  }
}
