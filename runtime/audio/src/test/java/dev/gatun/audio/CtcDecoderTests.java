package dev.gatun.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoding against the sum over every alignment. */
class CtcDecoderTests {
  private static Tensor random(int steps, int labels, long seed) {
    Random random = new Random(seed);
    double[] values = new double[steps * labels];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextGaussian();
    }
    return Tensor.of(values, steps, labels);
  }

  private static double[] probabilities(Tensor logits, int step) {
    int labels = (int) logits.shape().size(1);
    double[] p = new double[labels];
    double sum = 0;
    for (int i = 0; i < labels; i++) {
      p[i] = Math.exp(logits.getDouble((long) step * labels + i));
      sum += p[i];
    }
    for (int i = 0; i < labels; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /** Probability of every sequence of labels: alignments one by one. */
  private static Map<List<Integer>, Double> enumerated(Tensor logits, int blank) {
    int steps = (int) logits.shape().size(0);
    int labels = (int) logits.shape().size(1);
    Map<List<Integer>, Double> sums = new HashMap<>();
    for (int code = 0; code < Math.pow(labels, steps); code++) {
      double p = 1;
      int rest = code;
      int last = blank;
      List<Integer> collapsed = new ArrayList<>();
      for (int t = 0; t < steps; t++) {
        int label = rest % labels;
        rest /= labels;
        p *= probabilities(logits, t)[label];
        if (label != blank && label != last) {
          collapsed.add(label);
        }
        last = label;
      }
      sums.merge(collapsed, p, Double::sum);
    }
    return sums;
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 0", "3, 2, 1", "4, 3, 0", "5, 3, 2", "6, 4, 1", "5, 5, 0"})
  void aWideBeamIsExact(int steps, int labels, int blank) {
    for (long seed = 0; seed < 5; seed++) {
      Tensor logits = random(steps, labels, seed);
      Map<List<Integer>, Double> all = enumerated(logits, blank);
      List<CtcDecoder.Hypothesis> beam = new CtcDecoder(blank).beam(logits, 1 << 16);
      double sum = 0;
      double before = Double.POSITIVE_INFINITY;
      for (CtcDecoder.Hypothesis hypothesis : beam) {
        double p = Math.exp(hypothesis.logProbability());
        assertEquals(all.getOrDefault(hypothesis.labels(), -1.0), p, 1e-12);
        assertTrue(hypothesis.logProbability() <= before);
        before = hypothesis.logProbability();
        sum += p;
      }
      assertEquals(all.size(), beam.size());
      assertEquals(1, sum, 1e-12);
    }
  }

  @Test
  void aNarrowBeamLosesNothingImportant() {
    int same = 0;
    for (long seed = 0; seed < 20; seed++) {
      Tensor logits = random(6, 4, seed);
      CtcDecoder decoder = new CtcDecoder(0);
      List<CtcDecoder.Hypothesis> narrow = decoder.beam(logits, 8);
      assertEquals(8, narrow.size());
      CtcDecoder.Hypothesis best = decoder.beam(logits, 1 << 16).get(0);
      assertTrue(narrow.get(0).logProbability() <= best.logProbability() + 1e-12);
      same += narrow.get(0).labels().equals(best.labels()) ? 1 : 0;
    }
    assertTrue(same >= 18, "found " + same);
  }

  @Test
  void theLikeliestAlignmentIsNotTheLikeliestText() {
    // Two steps, blank 0.6 and a 0.4: blank twice 0.36, but "a" is 0.4 * 0.6 * 2 + 0.16 = 0.64.
    float blank = (float) Math.log(0.6);
    float a = (float) Math.log(0.4);
    Tensor logits = Tensor.of(new float[] {blank, a, blank, a}, 2, 2);
    CtcDecoder decoder = new CtcDecoder(0);
    assertEquals(List.of(), decoder.greedy(logits).labels());
    assertEquals(0.36, Math.exp(decoder.greedy(logits).logProbability()), 1e-6);
    assertEquals(List.of(1), decoder.beam(logits, 4).get(0).labels());
    assertEquals(0.64, Math.exp(decoder.beam(logits, 4).get(0).logProbability()), 1e-6);
  }

  @Test
  void repeatedLabelsNeedABlank() {
    int[] path = {1, 1, 0, 1, 2, 2, 0, 0, 2};
    float[] values = new float[path.length * 3];
    for (int t = 0; t < path.length; t++) {
      values[3 * t + path[t]] = 30;
    }
    Tensor logits = Tensor.of(values, path.length, 3);
    assertEquals(List.of(1, 1, 2, 2), new CtcDecoder(0).greedy(logits).labels());
    assertEquals(List.of(1, 1, 2, 2), new CtcDecoder(0).beam(logits, 5).get(0).labels());
    assertEquals(List.of(), new CtcDecoder(0).greedy(Tensor.of(new float[0], 0, 3)).labels());
    assertEquals(
        List.of(), new CtcDecoder(0).beam(Tensor.of(new float[0], 0, 3), 2).get(0).labels());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Tensor logits = random(2, 3, 1);
    assertTrue(Failure.of(() -> new CtcDecoder(3).greedy(logits)).contains("more than 3 labels"));
    assertTrue(Failure.of(() -> new CtcDecoder(-1)).contains("negative"));
    assertTrue(Failure.of(() -> new CtcDecoder(0).beam(logits, 0)).contains("width"));
    Tensor broken = Tensor.of(new float[] {0, Float.NaN}, 1, 2);
    assertTrue(Failure.of(() -> new CtcDecoder(0).greedy(broken)).contains("step 0"));
  }
}
