package dev.gatun.models.generate;

import dev.gatun.core.tensor.GatunException;
import java.util.Arrays;
import java.util.function.Function;

/** The usual rules. */
public final class Rules {
  private static final float NEVER = Float.NEGATIVE_INFINITY;

  /**
   * Makes words less likely that were there before (Keskar and others 2019, section 4.1).
   *
   * @param penalty above 1 to avoid repetitions, below 1 to want them
   */
  public static Rule repetitionPenalty(double penalty) {
    require(penalty > 0, "repetition penalty", "above 0", penalty);
    float p = (float) penalty;
    return (words, numbers) -> {
      boolean[] seen = new boolean[numbers.length];
      for (int i = 0; i < words.size(); i++) {
        int word = (int) words.get(i);
        if (word >= 0 && word < numbers.length && !seen[word]) {
          seen[word] = true;
          numbers[word] = numbers[word] < 0 ? numbers[word] * p : numbers[word] / p;
        }
      }
    };
  }

  /** No row of so many words comes twice. */
  public static Rule noRepeatedRun(int length) {
    require(length > 0, "length of runs that are not repeated", "at least 1", length);
    return (words, numbers) -> {
      int from = words.size() - length + 1;
      for (int at = 0; at < from; at++) {
        boolean same = true;
        for (int i = 0; same && i < length - 1; i++) {
          same = words.get(at + i) == words.get(from + i);
        }
        if (same) {
          forbid(numbers, words.get(at + length - 1));
        }
      }
    };
  }

  /** These words never come. */
  public static Rule never(long... ids) {
    long[] copy = ids.clone();
    return (words, numbers) -> forbid(numbers, copy);
  }

  /** These words are not the first that comes. */
  public static Rule notFirst(long... ids) {
    return before(1, ids);
  }

  /** These words come only after so many others. */
  public static Rule before(int count, long... ids) {
    long[] copy = ids.clone();
    return (words, numbers) -> {
      if (words.added() < count) {
        forbid(numbers, copy);
      }
    };
  }

  /**
   * This word comes at a place and no other.
   *
   * @param place 0 for the first word that comes
   */
  public static Rule forced(int place, long id) {
    return (words, numbers) -> {
      if (words.added() == place) {
        only(numbers, id);
      }
    };
  }

  /**
   * Only words of a set come next.
   *
   * @param allowed ids for a row so far; there must be one
   */
  public static Rule allowed(Function<Words, long[]> allowed) {
    return (words, numbers) -> {
      long[] ids = allowed.apply(words);
      if (ids.length == 0) {
        throw new GatunException(
            "generation: no word is allowed after " + Arrays.toString(words.toArray()));
      }
      only(numbers, ids);
    };
  }

  private static void forbid(float[] numbers, long... ids) {
    for (long id : ids) {
      if (id >= 0 && id < numbers.length) {
        numbers[(int) id] = NEVER;
      }
    }
  }

  private static void only(float[] numbers, long... ids) {
    float[] kept = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= numbers.length) {
        throw new GatunException(
            "generation: word " + ids[i] + " is allowed, but there are " + numbers.length);
      }
      kept[i] = numbers[(int) ids[i]];
    }
    Arrays.fill(numbers, NEVER);
    for (int i = 0; i < ids.length; i++) {
      // What an earlier rule forbade becomes possible: something must come.
      numbers[(int) ids[i]] = kept[i] == NEVER ? 0 : kept[i];
    }
  }

  static void require(boolean good, String what, String expected, Object got) {
    if (!good) {
      throw new GatunException("generation: the " + what + " must be " + expected + ", got " + got);
    }
  }

  private Rules() {}
}
