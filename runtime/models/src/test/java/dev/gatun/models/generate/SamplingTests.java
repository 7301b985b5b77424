package dev.gatun.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplingTests {
  private static final float NEVER = Float.NEGATIVE_INFINITY;

  static List<Sampling> samplings() {
    List<Sampling> all = new ArrayList<>();
    for (double temperature : new double[] {0.5, 1, 2.5}) {
      for (int topK : new int[] {0, 1, 3, 20, 1000}) {
        for (double topP : new double[] {0.05, 0.6, 0.95, 1}) {
          for (double minP : new double[] {0, 0.1, 1}) {
            all.add(new Sampling(temperature, topK, topP, minP));
          }
        }
      }
    }
    return all;
  }

  /** Step by step and slowly: each criterion sees what the one before has left. */
  private static double[] truth(Sampling s, float[] numbers) {
    double[] x = new double[numbers.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = numbers[i] / s.temperature();
    }
    if (s.topK() > 0 && s.topK() < x.length) {
      double[] sorted = x.clone();
      Arrays.sort(sorted);
      double least = sorted[x.length - s.topK()];
      for (int i = 0; i < x.length; i++) {
        x[i] = x[i] < least ? NEVER : x[i];
      }
    }
    if (s.topP() < 1) {
      double[] p = probabilities(x);
      Integer[] order = new Integer[x.length];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -p[i]));
      double sum = 0;
      for (int i : order) {
        x[i] = sum < s.topP() ? x[i] : NEVER;
        sum += p[i];
      }
    }
    double[] p = probabilities(x);
    double most = Arrays.stream(p).max().orElse(0);
    for (int i = 0; i < x.length; i++) {
      x[i] = p[i] < s.minP() * most ? NEVER : x[i];
    }
    return probabilities(x);
  }

  private static double[] probabilities(double[] x) {
    double max = Arrays.stream(x).max().orElse(0);
    double sum = Arrays.stream(x).map(v -> Math.exp(v - max)).sum();
    return Arrays.stream(x).map(v -> Math.exp(v - max) / sum).toArray();
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void drawsAsOftenAsTheTruthSays(Sampling s) {
    Random random = new Random(3);
    float[] numbers = new float[61];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i % 11 == 4 ? NEVER : (float) (2 * random.nextGaussian());
    }
    double[] expected = truth(s, numbers);
    int draws = 4000;
    int[] counts = new int[numbers.length];
    SplittableRandom source = new SplittableRandom(1);
    for (int i = 0; i < draws; i++) {
      counts[s.pick(numbers, source)]++;
    }
    double distance = 0;
    int free = 0;
    for (int i = 0; i < counts.length; i++) {
      if (expected[i] == 0) {
        assertEquals(0, counts[i], s + " word " + i);
      } else {
        double mean = expected[i] * draws;
        distance += (counts[i] - mean) * (counts[i] - mean) / mean;
        free++;
      }
    }
    // Chi-squared of n has mean n and variance 2 n; rare words make its tail heavier.
    assertTrue(distance < free + 8 * Math.sqrt(2.0 * free), s + ": " + distance + " of " + free);
  }

  @Test
  void theMostLikelyWordIsTheFirstOfEqualOnes() {
    Choice greedy = new Choice.Likeliest();
    SplittableRandom random = new SplittableRandom(1);
    assertEquals(1, greedy.pick(new float[] {1, 3, 3, 2}, random));
    assertEquals(2, greedy.pick(new float[] {Float.NaN, NEVER, -5}, random));
    assertEquals(1, Sampling.ALL.pick(new float[] {NEVER, -100, NEVER}, random));
  }

  @Test
  void likelyWordsAreInOrder() {
    Random random = new Random(9);
    for (int size : new int[] {1, 7, 200, 5000}) {
      for (int most : new int[] {0, 1, 5, 300}) {
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
          // Many equal ones, and both zeros.
          numbers[i] = random.nextInt(40) == 0 ? NEVER : (random.nextInt(41) - 20) * 0.5f;
        }
        Integer[] order = new Integer[size];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -numbers[i]));
        int[] expected =
            Arrays.stream(order).mapToInt(i -> i).filter(i -> numbers[i] > NEVER).toArray();
        if (most > 0 && most < expected.length) {
          float least = numbers[expected[most - 1]];
          expected = Arrays.stream(expected).filter(i -> numbers[i] >= least).toArray();
        }
        Likely likely = new Likely(numbers, most);
        int[] found = new int[likely.size()];
        for (int i = 0; i < found.length; i++) {
          found[i] = likely.id(i);
          assertEquals(numbers[found[i]], likely.number(i), 0);
        }
        assertArrayEquals(expected, found, size + " " + most);
      }
    }
  }

  @Test
  void wrongOptionsAreNamed() {
    assertMessage("temperature", () -> new Sampling(0, 0, 1, 0));
    assertMessage("top-k", () -> new Sampling(1, -1, 1, 0));
    assertMessage("top-p", () -> new Sampling(1, 0, 0, 0));
    assertMessage("top-p", () -> new Sampling(1, 0, Double.NaN, 0));
    assertMessage("min-p", () -> new Sampling(1, 0, 1, 1.5));
    assertMessage("penalty", () -> Rules.repetitionPenalty(0));
    assertMessage("number of words", () -> Search.greedy(0));
    assertMessage("beams", () -> Search.greedy(3).lengthPenalty(2));
  }

  private static void assertMessage(
      String part, org.junit.jupiter.api.function.Executable executable) {
    String message = String.valueOf(assertThrows(GatunException.class, executable).getMessage());
    assertTrue(message.contains(part), message);
  }

  @Test
  void rulesChangeNumbers() {
    Words words = new Words(2, 4, 1);
    words.add(2);
    words.add(4);
    float[] numbers = {1, 2, -3, 4, 5};
    Rules.repetitionPenalty(2).apply(words, numbers);
    assertArrayEquals(new float[] {1, 1, -6, 4, 2.5f}, numbers);
    Rules.noRepeatedRun(3).apply(words, numbers); // 2 4 1 was there
    assertArrayEquals(new float[] {1, NEVER, -6, 4, 2.5f}, numbers);
    Rules.never(0, 99).apply(words, numbers);
    Rules.notFirst(3).apply(words, numbers);
    Rules.before(3, 4).apply(words, numbers);
    assertArrayEquals(new float[] {NEVER, NEVER, -6, 4, NEVER}, numbers);
    Rules.forced(1, 2).apply(words, numbers);
    assertEquals(4, numbers[3]);
    Rules.allowed(row -> new long[] {2, 4}).apply(words, numbers);
    assertArrayEquals(new float[] {NEVER, NEVER, -6, NEVER, 0}, numbers);
    Rules.forced(2, 2).apply(words, numbers);
    assertArrayEquals(new float[] {NEVER, NEVER, -6, NEVER, NEVER}, numbers);
    assertMessage("allowed", () -> Rules.allowed(row -> new long[0]).apply(words, numbers));
    assertMessage("word 7", () -> Rules.allowed(row -> new long[] {7}).apply(words, numbers));
    float[] one = {1, 2, 3};
    Rules.noRepeatedRun(1).apply(new Words(1), one);
    assertArrayEquals(new float[] {1, NEVER, 3}, one);
  }
}
