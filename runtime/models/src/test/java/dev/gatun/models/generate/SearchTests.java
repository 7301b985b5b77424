package dev.gatun.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Searches against plain ones that read all words at each step. */
class SearchTests {
  private static final int VOCABULARY = 5;
  private static final long END = 4;
  private static final Pretrained MODEL = model();

  private static Pretrained model() {
    Random random = new Random(5);
    return Pretrained.initialized(
        Config.of(
            "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"],"
                + " \"vocab_size\": 5, \"n_embd\": 12, \"n_layer\": 2, \"n_head\": 2,"
                + " \"n_positions\": 24}"),
        p -> {
          float[] values = new float[Math.toIntExact(p.elements())];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 0.5f;
          }
          return Tensor.wrap(DType.F32, p.shape(), MemorySegment.ofArray(values));
        });
  }

  @AfterAll
  static void close() {
    MODEL.close();
  }

  private static List<Continuation> run(Search search, long[]... rows) {
    return search.run(MODEL.decoder(), Map.of(), List.of(rows), Listener.NONE);
  }

  /** Logarithms of the probabilities of the next word. */
  private static double[] next(long[] words) {
    Tensor logits =
        MODEL.predict(Map.of("input_ids", Tensor.of(words, 1, words.length))).get("logits");
    float[] all = logits == null ? new float[0] : logits.toFloats();
    double[] last = new double[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      last[i] = all[all.length - VOCABULARY + i];
    }
    double sum = Math.log(Arrays.stream(last).map(Math::exp).sum());
    return Arrays.stream(last).map(x -> x - sum).toArray();
  }

  private static long[] plus(long[] words, long word) {
    long[] longer = Arrays.copyOf(words, words.length + 1);
    longer[words.length] = word;
    return longer;
  }

  /** All continuations of at most so many words with their scores. */
  private static void all(
      long[] words, int given, double sum, int most, double penalty, List<Continuation> found) {
    int added = words.length - given;
    boolean ended = added > 0 && words[words.length - 1] == END;
    if (ended || added == most) {
      long[] fresh = Arrays.copyOfRange(words, given, words.length);
      found.add(new Continuation(fresh, Continuation.End.WORD, sum / Math.pow(added, penalty)));
      return;
    }
    double[] next = next(words);
    for (int i = 0; i < VOCABULARY; i++) {
      all(plus(words, i), given, sum + next[i], most, penalty, found);
    }
  }

  @Test
  void enoughBeamsFindTheBestOfAll() {
    for (double penalty : new double[] {0, 1, 2, -1}) {
      for (long[] first : new long[][] {{0}, {3, 1}, {2, 2, 1}}) {
        List<Continuation> all = new ArrayList<>();
        all(first, first.length, 0, 3, penalty, all);
        all.sort(Comparator.comparingDouble(Continuation::score).reversed());
        Search search = Search.beams(3, 125).endingWith(END).lengthPenalty(penalty).exhaustive();
        Continuation found = run(search, first).get(0);
        assertArrayEquals(all.get(0).words(), found.words(), penalty + Arrays.toString(first));
        assertEquals(all.get(0).score(), found.score(), 1e-4);
      }
    }
  }

  /** One row's beams, kept as lists. */
  private static Continuation slowBeams(long[] first, int beams, int most, double penalty) {
    record Beam(long[] words, double sum) {}
    List<Beam> open = List.of(new Beam(first, 0));
    List<Continuation> finished = new ArrayList<>();
    for (int step = 1; step <= most; step++) {
      List<Beam> longer = new ArrayList<>();
      for (Beam beam : open) {
        double[] next = next(beam.words);
        for (int i = 0; i < VOCABULARY; i++) {
          longer.add(new Beam(plus(beam.words, i), beam.sum + next[i]));
        }
      }
      longer.sort(Comparator.comparingDouble(Beam::sum).reversed());
      List<Beam> kept = new ArrayList<>();
      for (int rank = 0; rank < longer.size() && kept.size() < beams; rank++) {
        Beam beam = longer.get(rank);
        if (beam.words[beam.words.length - 1] != END) {
          kept.add(beam);
        } else if (rank < beams) {
          finished.add(
              new Continuation(
                  Arrays.copyOfRange(beam.words, first.length, beam.words.length),
                  Continuation.End.WORD,
                  beam.sum / Math.pow(step, penalty)));
        }
      }
      finished.sort(Comparator.comparingDouble(Continuation::score).reversed());
      open = kept;
      if (finished.size() >= beams) {
        return finished.get(0);
      }
    }
    for (Beam beam : open) {
      finished.add(
          new Continuation(
              Arrays.copyOfRange(beam.words, first.length, beam.words.length),
              Continuation.End.LENGTH,
              beam.sum / Math.pow(most, penalty)));
    }
    finished.sort(Comparator.comparingDouble(Continuation::score).reversed());
    return finished.get(0);
  }

  @Test
  void beamsAgreeWithAPlainSearch() {
    long[][] rows = {{0}, {3, 1}, {2, 2, 1}, {1, 0, 3, 0}};
    for (int beams : new int[] {1, 2, 3}) {
      for (double penalty : new double[] {0.5, 1, 3}) {
        Search search =
            Search.beams(7, beams).endingWith(END).lengthPenalty(penalty).stopsEarly(true);
        List<Continuation> found = run(search, rows);
        for (int r = 0; r < rows.length; r++) {
          Continuation expected = slowBeams(rows[r], beams, 7, penalty);
          assertArrayEquals(expected.words(), found.get(r).words(), beams + " beams, row " + r);
          assertEquals(expected.score(), found.get(r).score(), 1e-4);
          assertEquals(expected.end(), found.get(r).end());
        }
      }
    }
  }

  @Test
  void greedyTakesTheLikeliestWord() {
    long[][] rows = {{0}, {3, 1, 1, 1}, {2, 2}};
    List<Continuation> found = run(Search.greedy(15).endingWith(END), rows);
    for (int r = 0; r < rows.length; r++) {
      long[] words = rows[r];
      do {
        double[] next = next(words);
        int best = 0;
        for (int i = 1; i < VOCABULARY; i++) {
          best = next[i] > next[best] ? i : best;
        }
        words = plus(words, best);
      } while (words.length < rows[r].length + 15 && words[words.length - 1] != END);
      long[] expected = Arrays.copyOfRange(words, rows[r].length, words.length);
      assertArrayEquals(expected, found.get(r).words());
    }
  }

  @Test
  void aSeedDecides() {
    Search search = Search.sampling(18, Sampling.ALL, 42);
    long[] words = run(search, new long[] {1}).get(0).words();
    assertArrayEquals(words, run(search, new long[] {1}).get(0).words());
    // A row does not depend on those beside it.
    assertArrayEquals(words, run(search, new long[] {1}, new long[] {2, 3}).get(0).words());
    assertFalse(
        Arrays.equals(
            words, run(Search.sampling(18, Sampling.ALL, 43), new long[] {1}).get(0).words()));
  }

  @Test
  void samplesComeAsOftenAsTheNetworkSays() {
    double[] expected = next(new long[] {3, 1});
    long[][] rows = new long[400][];
    Arrays.fill(rows, new long[] {3, 1});
    int[] counts = new int[VOCABULARY];
    for (int seed = 0; seed < 5; seed++) {
      run(Search.sampling(1, Sampling.ALL, seed), rows)
          .forEach(each -> counts[(int) each.words()[0]]++);
    }
    for (int i = 0; i < VOCABULARY; i++) {
      double p = Math.exp(expected[i]);
      assertEquals(p, counts[i] / 2000.0, 4 * Math.sqrt(p * (1 - p) / 2000), "word " + i);
    }
  }

  @Test
  void rowsEndWhereTheyShould() {
    long[] free = run(Search.greedy(12), new long[] {0}).get(0).words();
    assertEquals(12, free.length);
    long[] pair = {free[4], free[5]};
    int at = 0;
    while (free[at] != pair[0] || free[at + 1] != pair[1]) {
      at++;
    }
    Continuation cut = run(Search.greedy(12).stoppingAfter(pair), new long[] {0}).get(0);
    assertEquals(Continuation.End.SEQUENCE, cut.end());
    assertArrayEquals(Arrays.copyOf(free, at + 2), cut.words());
    Continuation ended = run(Search.greedy(12).endingWith(free[0]), new long[] {0}).get(0);
    assertEquals(Continuation.End.WORD, ended.end());
    assertEquals(1, ended.words().length);
    Continuation later =
        run(Search.greedy(12).endingWith(free[0]).atLeast(3), new long[] {0}).get(0);
    assertTrue(later.words().length >= 4, Arrays.toString(later.words()));
    // 24 positions, one word given: the 24th word that comes is said by the last position.
    Continuation full = run(Search.greedy(99), new long[] {0}).get(0);
    assertEquals(Continuation.End.LENGTH, full.end());
    assertEquals(24, full.words().length);
    assertEquals(24, run(Search.beams(99, 3), new long[] {0}).get(0).words().length);
    assertThrows(GatunException.class, () -> run(Search.greedy(2), new long[25]));
    assertThrows(GatunException.class, () -> run(Search.greedy(2), new long[0]));
    assertThrows(GatunException.class, () -> run(Search.greedy(2)));
    GatunException unknown =
        assertThrows(GatunException.class, () -> run(Search.greedy(2), new long[] {VOCABULARY}));
    assertTrue(String.valueOf(unknown.getMessage()).contains("5"), unknown.toString());
  }

  @Test
  void aListenerHearsAndCancels() {
    List<Long> heard = new ArrayList<>();
    Listener three =
        (row, id) -> {
          heard.add(id);
          return heard.size() < 3;
        };
    Continuation found =
        Search.greedy(12).run(MODEL.decoder(), Map.of(), List.of(new long[] {0}), three).get(0);
    assertEquals(Continuation.End.CANCELLED, found.end());
    assertEquals(Arrays.stream(found.words()).boxed().toList(), heard);
    assertEquals(3, heard.size());
  }

  @Test
  void rulesForbidWords() {
    Rule odd = Rules.allowed(words -> new long[] {1, 3});
    for (Search search :
        List.of(
            Search.greedy(9).with(odd),
            Search.sampling(9, new Sampling(3, 3, 0.9, 0.01), 1).with(odd),
            Search.beams(9, 3).with(odd))) {
      for (long word : run(search, new long[] {0}).get(0).words()) {
        assertEquals(1, word % 2);
      }
    }
  }

  @Test
  void aFileSaysHow() {
    Config config =
        Config.of(
            "{\"num_beams\": 3, \"length_penalty\": 3, \"early_stopping\": true,"
                + " \"eos_token_id\": [4, 9], \"max_new_tokens\": 7}");
    Search search = Search.of(config, 99, 1, 0);
    assertEquals(List.of(4L, 9L), search.ends());
    Continuation expected = slowBeams(new long[] {0}, 3, 7, 3);
    assertArrayEquals(expected.words(), run(search, new long[] {0}).get(0).words());
    assertEquals(20, Search.of(Config.of("{}"), 20, 5, 0).words());
    assertEquals(15, Search.of(Config.of("{\"max_length\": 20}"), 99, 5, 0).words());
    Config sampled = Config.of("{\"do_sample\": true, \"temperature\": 2.0, \"top_k\": 3}");
    assertArrayEquals(
        run(Search.sampling(9, new Sampling(2, 3, 1, 0), 5), new long[] {0}).get(0).words(),
        run(Search.of(sampled, 9, 1, 5), new long[] {0}).get(0).words());
    Config forced = Config.of("{\"forced_bos_token_id\": 2, \"forced_eos_token_id\": 1}");
    long[] words = run(Search.of(forced, 6, 1, 0), new long[] {0}).get(0).words();
    assertEquals(2, words[0]);
    assertEquals(1, words[5]);
    Config wrong = Config.of("{\"num_beams\": 2, \"early_stopping\": \"soon\"}");
    assertThrows(GatunException.class, () -> Search.of(wrong, 9, 1, 0));
  }

  @Test
  void severalThreadsShareANetwork() throws Exception {
    Search search = Search.sampling(20, Sampling.ALL, 7);
    long[] expected = run(search, new long[] {1, 2}).get(0).words();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<long[]>> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(threads.submit(() -> run(search, new long[] {1, 2}).get(0).words()));
      }
      for (Future<long[]> each : all) {
        assertArrayEquals(expected, each.get());
      }
    }
  }
}
