package dev.gatun.models;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.generate.Continuation;
import dev.gatun.models.generate.Listener;
import dev.gatun.models.generate.Rule;
import dev.gatun.models.generate.Search;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Words one after the other, by a decoder or an encoder-decoder: what {@link Search} says about
 * choosing them, for inputs as networks take them.
 *
 * <p>A network with {@code decoder_input_ids} begins with these, or without them with its config's
 * decoder_start_token_id; others go on after {@code input_ids}. Words that {@code attention_mask}
 * hides are not there: rows may have padding on either side.
 */
public final class Generation {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private final Search search;

  private Generation(Search search) {
    this.search = search;
  }

  /** By a search. */
  public static Generation by(Search search) {
    return new Generation(search);
  }

  /** The most likely word at each step. */
  public static Generation greedy(int words) {
    return new Generation(Search.greedy(words));
  }

  /** With ids that end a row. */
  public Generation endingWith(long... ids) {
    return new Generation(search.endingWith(ids));
  }

  /** With a rule more. */
  public Generation with(Rule rule) {
    return new Generation(search.with(rule));
  }

  /** The ids [B, T], those given first; rows that ended earlier are padded. */
  public Tensor run(Pretrained model, Map<String, Tensor> inputs) {
    String words = words(model);
    List<Continuation> found = continuations(model, inputs, Listener.NONE);
    List<long[]> rows = new ArrayList<>();
    long[][] given = inputs.containsKey(words) ? rows(inputs, words) : started(model, found.size());
    int width = 0;
    for (int r = 0; r < found.size(); r++) {
      long[] row = Arrays.copyOf(given[r], given[r].length + found.get(r).words().length);
      System.arraycopy(found.get(r).words(), 0, row, given[r].length, found.get(r).words().length);
      rows.add(row);
      width = Math.max(width, row.length);
    }
    long padding = padding(model);
    long[] all = new long[rows.size() * width];
    for (int r = 0; r < rows.size(); r++) {
      long[] row = rows.get(r);
      System.arraycopy(row, 0, all, r * width, row.length);
      Arrays.fill(all, r * width + row.length, (r + 1) * width, padding);
    }
    return Tensor.whole(DType.I64, Shape.of(rows.size(), width), all);
  }

  /** What comes after each row; the listener hears of each word at once. */
  public List<Continuation> continuations(
      Pretrained model, Map<String, Tensor> inputs, Listener listener) {
    String words = words(model);
    if (inputs.isEmpty()) {
      throw new GatunException("generation: there are no inputs");
    }
    List<long[]> first;
    if (words.equals(IDS)) {
      first = counted(rows(inputs, IDS), inputs.containsKey(MASK) ? rows(inputs, MASK) : null);
    } else if (inputs.containsKey(words)) {
      first = List.of(rows(inputs, words));
    } else {
      int rows = Math.toIntExact(inputs.values().iterator().next().shape().size(0));
      first = List.of(started(model, rows));
    }
    return search.run(model.decoder(), inputs, first, listener);
  }

  private static String words(Pretrained model) {
    Decoding decoding = model.decoder().decoding();
    return decoding.words();
  }

  private long padding(Pretrained model) {
    Config c = model.config();
    List<Long> ends = search.ends();
    return c.integer("pad_token_id", ends.isEmpty() ? 0 : ends.get(0));
  }

  private static long[][] started(Pretrained model, int rows) {
    Config c = model.config();
    long start = c.integer("decoder_start_token_id", c.integer("bos_token_id", 0));
    long[][] ids = new long[rows][];
    Arrays.setAll(ids, r -> new long[] {start});
    return ids;
  }

  private static long[][] rows(Map<String, Tensor> inputs, String name) {
    Tensor tensor = inputs.get(name);
    if (tensor == null || tensor.shape().rank() != 2 || tensor.dtype() != DType.I64) {
      throw new GatunException("generation: needs '" + name + "' i64 [batch, words]");
    }
    int width = Math.toIntExact(tensor.shape().size(1));
    long[] all = tensor.toLongs();
    long[][] rows = new long[Math.toIntExact(tensor.shape().size(0))][];
    Arrays.setAll(rows, r -> Arrays.copyOfRange(all, r * width, (r + 1) * width));
    return rows;
  }

  /** The words that the mask shows. */
  private static List<long[]> counted(
      long[][] ids, long @org.jspecify.annotations.Nullable [][] mask) {
    if (mask == null) {
      return List.of(ids);
    }
    List<long[]> rows = new ArrayList<>();
    for (int r = 0; r < ids.length; r++) {
      long[] row = ids[r];
      long[] shown = r < mask.length ? mask[r] : new long[0];
      if (shown.length != row.length) {
        throw new GatunException("generation: '" + MASK + "' must be as large as '" + IDS + "'");
      }
      rows.add(
          java.util.stream.IntStream.range(0, row.length)
              .filter(t -> shown[t] != 0)
              .mapToLong(t -> row[t])
              .toArray());
    }
    return rows;
  }
}
