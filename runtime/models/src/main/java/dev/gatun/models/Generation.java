package dev.gatun.models;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Words one after the other, each the most likely one.
 *
 * <p>A network with {@code decoder_input_ids} begins with its config's decoder_start_token_id;
 * others go on after {@code input_ids}.
 *
 * @param words how many at most
 * @param ends ids after which a row is complete; the rest of it is padding
 */
public record Generation(int words, long... ends) {
  private static final String DECODER = "decoder_input_ids";
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";

  public Generation {
    if (words < 1) {
      throw new GatunException("generation: there must be at least one word, got " + words);
    }
    ends = ends.clone();
  }

  /** The most likely word at each step. */
  public static Generation greedy(int words) {
    return new Generation(words);
  }

  /** With ids that end a row. */
  public Generation endingWith(long... ids) {
    return new Generation(words, ids);
  }

  /** The ids [B, T], those given first; rows that ended earlier are padded. */
  public Tensor run(Pretrained model, Map<String, Tensor> inputs) {
    boolean decoder = model.architecture().names().contains(DECODER);
    if (!decoder && !model.architecture().names().contains(IDS)) {
      throw new GatunException("generation: this network does not take words");
    }
    Map<String, Tensor> now = new LinkedHashMap<>(inputs);
    int rows = Math.toIntExact(inputs.values().iterator().next().shape().size(0));
    long start =
        model.config().integer("decoder_start_token_id", model.config().integer("bos_token_id", 0));
    long[][] ids = decoder ? started(rows, start) : rows(inputs, IDS);
    long[][] mask = decoder || !inputs.containsKey(MASK) ? new long[0][] : rows(inputs, MASK);
    long padding = model.config().integer("pad_token_id", ends.length > 0 ? ends[0] : 0);
    boolean[] ended = new boolean[rows];
    for (int step = 0; step < words && !all(ended); step++) {
      now.put(decoder ? DECODER : IDS, tensor(ids));
      if (mask.length > 0) {
        now.put(MASK, tensor(mask));
        now.put("position_ids", positions(mask));
      }
      Tensor logits = model.predict(now).get("logits");
      if (logits == null) {
        throw new GatunException("generation: the network has no result 'logits'");
      }
      long[] next = likeliest(logits);
      for (int r = 0; r < rows; r++) {
        ids[r] = longer(ids[r], ended[r] ? padding : next[r]);
        long word = next[r];
        ended[r] |= Arrays.stream(ends).anyMatch(end -> end == word);
        if (mask.length > 0) {
          mask[r] = longer(mask[r], 1);
        }
      }
    }
    return tensor(ids);
  }

  private static boolean all(boolean[] values) {
    for (boolean value : values) {
      if (!value) {
        return false;
      }
    }
    return values.length > 0;
  }

  private static long[][] started(int rows, long start) {
    long[][] ids = new long[rows][];
    Arrays.setAll(ids, r -> new long[] {start});
    return ids;
  }

  private static long[][] rows(Map<String, Tensor> inputs, String name) {
    Tensor tensor = inputs.get(name);
    if (tensor == null || tensor.shape().rank() != 2) {
      throw new GatunException("generation: needs '" + name + "' [batch, words]");
    }
    int width = Math.toIntExact(tensor.shape().size(1));
    long[] all = tensor.toLongs();
    long[][] rows = new long[Math.toIntExact(tensor.shape().size(0))][];
    Arrays.setAll(rows, r -> Arrays.copyOfRange(all, r * width, (r + 1) * width));
    return rows;
  }

  private static long[] longer(long[] row, long last) {
    long[] copy = Arrays.copyOf(row, row.length + 1);
    copy[row.length] = last;
    return copy;
  }

  private static Tensor tensor(long[][] rows) {
    long[] all = Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray();
    return Tensor.whole(DType.I64, Shape.of(rows.length, rows[0].length), all);
  }

  /** Padding does not count: positions start behind it. */
  private static Tensor positions(long[][] mask) {
    long[][] positions = new long[mask.length][];
    for (int r = 0; r < mask.length; r++) {
      positions[r] = new long[mask[r].length];
      long count = 0;
      for (int t = 0; t < mask[r].length; t++) {
        count += mask[r][t];
        positions[r][t] = mask[r][t] == 0 ? 1 : count - 1;
      }
    }
    return tensor(positions);
  }

  /** The largest of the last position's numbers [B, T, words], the first of equal ones. */
  private static long[] likeliest(Tensor logits) {
    int rows = Math.toIntExact(logits.shape().size(0));
    long time = logits.shape().size(1);
    long count = logits.shape().size(2);
    long[] best = new long[rows];
    for (int r = 0; r < rows; r++) {
      long from = (r * time + time - 1) * count;
      for (long i = 1; i < count; i++) {
        if (logits.getFloat(from + i) > logits.getFloat(from + best[r])) {
          best[r] = i;
        }
      }
    }
    return best;
  }

  @Override
  public long[] ends() {
    return ends.clone();
  }
}
