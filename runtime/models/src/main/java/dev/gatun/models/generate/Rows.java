package dev.gatun.models.generate;

import dev.gatun.core.exec.Profile;
import dev.gatun.core.exec.StatefulSession;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Cache;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Rows of words, each of its own length, and what the network makes of their last words. */
public final class Rows implements AutoCloseable {
  /** Most words of all rows that one pass reads: its intermediate results are planned for that. */
  private static final int MOST_WORDS = 512;

  private final Decoder decoder;
  private final int count;
  private final int[] lengths;
  private final float[][] logits;
  private StatefulSession session;
  private int capacity;
  private boolean closed;

  Rows(Decoder decoder, int count, StatefulSession session) {
    this.decoder = decoder;
    this.count = count;
    this.session = session;
    capacity = capacityOf(session);
    lengths = new int[count];
    logits = new float[count][];
  }

  private int capacityOf(StatefulSession of) {
    var type = of.states().get(decoder.graph().pastNames().getFirst());
    return type == null ? 0 : Math.toIntExact(type.shape().size(2));
  }

  /** Number of rows. */
  public int count() {
    return count;
  }

  /** Words that a row has. */
  public int length(int row) {
    return lengths[row];
  }

  /** Numbers for each word that may come next in a row; the caller may change them. */
  public float[] logits(int row) {
    return logits[row];
  }

  /**
   * Forgets the last words of a row. Its numbers are those of the word before only when other words
   * have been read.
   *
   * @param words that stay
   */
  public void cut(int row, int words) {
    if (words < 0 || words > lengths[row]) {
      throw new GatunException(
          "generation: row " + row + " has " + lengths[row] + " words, not " + words);
    }
    lengths[row] = words;
  }

  /** Reads words of each row, in passes of so many that memory is bounded; rows may end early. */
  public void read(List<long[]> words) {
    requireOpen();
    int longest = words.stream().mapToInt(row -> row.length).max().orElse(0);
    int most = Math.max(8, Integer.highestOneBit(Math.max(1, MOST_WORDS / count)));
    for (int from = 0; from < longest; from += most) {
      int size = Math.min(most, longest - from);
      int width = size == 1 ? 1 : Math.max(8, Integer.highestOneBit(size - 1) << 1);
      long[][] part = new long[count][];
      int[] given = new int[count];
      for (int r = 0; r < count; r++) {
        long[] row = words.get(r);
        int to = Math.min(row.length, from + size);
        given[r] = Math.max(0, to - from);
        part[r] = Arrays.copyOf(Arrays.copyOfRange(row, Math.min(from, to), to), width);
      }
      pass(part, given);
    }
  }

  /** Adds a word to each row. */
  public void next(long... words) {
    if (words.length != count) {
      throw new GatunException("generation: " + words.length + " words for " + count + " rows");
    }
    boolean[] all = new boolean[count];
    Arrays.fill(all, true);
    next(words, all);
  }

  /** Adds a word to those rows that go on; the others stay as they are. */
  void next(long[] words, boolean[] goesOn) {
    long[][] all = new long[count][];
    int[] given = new int[count];
    for (int r = 0; r < count; r++) {
      all[r] = new long[] {goesOn[r] ? words[r] : 0};
      given[r] = goesOn[r] ? 1 : 0;
    }
    pass(all, given);
  }

  /**
   * One pass over new words.
   *
   * @param words of each row, as many for all: padding behind those that are given
   */
  private void pass(long[][] words, int[] given) {
    requireOpen();
    int width = words[0].length;
    long[] flat = new long[count * width];
    long[] starts = new long[count];
    long[] last = new long[count];
    int needed = 0;
    long limit = decoder.decoding().limit();
    for (int r = 0; r < count; r++) {
      System.arraycopy(words[r], 0, flat, r * width, width);
      starts[r] = lengths[r];
      last[r] = Math.max(0, given[r] - 1);
      needed = Math.max(needed, lengths[r] + given[r]);
    }
    if (limit > 0 && needed > limit) {
      throw new GatunException(
          "generation: the network has positions for "
              + limit
              + " words, this is number "
              + needed);
    }
    if (needed > capacity) {
      session = decoder.grown(session, count, Decoder.capacity(needed));
      capacity = capacityOf(session);
    }
    session.step(
        Map.of(
            decoder.decoding().words(),
            Tensor.of(flat, count, width),
            Cache.STARTS,
            Tensor.of(starts, count),
            Cache.LAST,
            Tensor.of(last, count)));
    take((Tensor) session.result(StepGraph.LOGITS), given);
  }

  private Map<String, Tensor> inputs(long[] words, long[] starts, long[] last, int width) {
    return Map.of(
        decoder.decoding().words(),
        Tensor.of(words, count, width),
        Cache.STARTS,
        Tensor.of(starts, count),
        Cache.LAST,
        Tensor.of(last, count));
  }

  private void take(Tensor result, int[] given) {
    float[] all = result.toFloats();
    int size = all.length / count;
    for (int r = 0; r < count; r++) {
      if (given[r] > 0) {
        lengths[r] += given[r];
        logits[r] = count == 1 ? all : Arrays.copyOfRange(all, r * size, (r + 1) * size);
      }
    }
  }

  /** Where the time of a word goes; the words of this take no part in what comes after. */
  public Profile profile(double seconds) {
    requireOpen();
    long[] starts = new long[count];
    for (int r = 0; r < count; r++) {
      starts[r] = Math.min(lengths[r], capacity - 1);
    }
    return session.profile(inputs(new long[count], starts, new long[count], 1), seconds, seconds);
  }

  /** Row r goes on as what row {@code from[r]} was, with its words; the inputs must be the same. */
  public void takeRows(int... from) {
    requireOpen();
    session.takeRows(decoder.graph().pastNames(), from);
    int[] before = lengths.clone();
    float[][] numbers = logits.clone();
    for (int r = 0; r < count; r++) {
      lengths[r] = before[from[r]];
      logits[r] = numbers[from[r]];
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new GatunException("generation: these rows are closed");
    }
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      decoder.give(session);
    }
  }
}
