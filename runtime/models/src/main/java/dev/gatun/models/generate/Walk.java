package dev.gatun.models.generate;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Goes on word by word, each chosen when its turn comes. */
final class Walk {
  private final Choice choice;
  private final List<Rule> rules;
  private final Stop stop;
  private final long seed;

  Walk(Choice choice, List<Rule> rules, Stop stop, long seed) {
    this.choice = choice;
    this.rules = rules;
    this.stop = stop;
    this.seed = seed;
  }

  List<Continuation> run(
      Decoder decoder, Map<String, Tensor> inputs, List<long[]> first, Listener listener) {
    try (Rows rows = decoder.begin(inputs, first)) {
      return run(rows, first, decoder.decoding().limit(), listener);
    }
  }

  List<Continuation> run(Rows rows, List<long[]> first, long limit, Listener listener) {
    int count = first.size();
    List<Words> words = new ArrayList<>();
    List<SplittableRandom> randoms = new ArrayList<>();
    SplittableRandom root = new SplittableRandom(seed);
    for (long[] row : first) {
      words.add(new Words(row));
      // Rows do not depend on how many there are beside them.
      randoms.add(root.split());
    }
    Continuation.@Nullable End[] ends = new Continuation.End[count];
    long[] next = new long[count];
    int open = count;
    while (true) {
      boolean wanted = true;
      for (int r = 0; r < count; r++) {
        if (ends[r] != null) {
          continue;
        }
        Words row = words.get(r);
        float[] numbers = rows.logits(r);
        rules.forEach(rule -> rule.apply(row, numbers));
        next[r] = choice.pick(numbers, randoms.get(r));
        row.add(next[r]);
        ends[r] = stop.of(row).orElse(null);
        if (ends[r] == null && limit > 0 && row.size() > limit) {
          // The network has read as many words as it can; what it said last is the last.
          ends[r] = Continuation.End.LENGTH;
        }
        open -= ends[r] == null ? 0 : 1;
        wanted &= listener.word(r, next[r]);
      }
      if (open == 0 || !wanted || Thread.currentThread().isInterrupted()) {
        break;
      }
      rows.next(next, goesOn(ends));
    }
    List<Continuation> found = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      Continuation.End end = ends[r];
      found.add(
          new Continuation(
              words.get(r).newWords(), end == null ? Continuation.End.CANCELLED : end, 0));
    }
    return found;
  }

  private static boolean[] goesOn(Continuation.@Nullable End[] ends) {
    boolean[] goesOn = new boolean[ends.length];
    for (int r = 0; r < ends.length; r++) {
      goesOn[r] = ends[r] == null;
    }
    return goesOn;
  }
}
