package dev.gatun.text.post;

import dev.gatun.core.tensor.GatunException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** An encoding while it is made. */
public final class Draft {
  private static final int IDS = 0;
  private static final int TYPES = 1;
  private static final int STARTS = 2;
  private static final int ENDS = 3;
  private static final int WORDS = 4;
  private static final int SPECIAL = 5;
  private static final int ATTENTION = 6;
  private static final int SEQUENCES = 7;
  private static final int COLUMNS = 8;

  private final int[][] columns = new int[COLUMNS][];
  private @Nullable String[] tokens;
  private int size;
  private List<Draft> overflowing = new ArrayList<>();

  /** The strings of ids, for tokens that were added without one; null where none was. */
  private final @Nullable IntFunction<String> strings;

  /**
   * Without tokens.
   *
   * @param expected how many are to come
   * @param strings the strings of ids
   */
  public Draft(int expected, @Nullable IntFunction<String> strings) {
    this.strings = strings;
    int capacity = Math.max(8, expected);
    for (int c = 0; c < COLUMNS; c++) {
      columns[c] = new int[capacity];
    }
    tokens = new String[capacity];
  }

  /**
   * Adds a token of the text.
   *
   * @param string its string, null where it is that of its id
   * @param start where it begins in the text, in code points
   * @param end behind where it ends
   * @param word which word it is a part of
   */
  public void add(int id, @Nullable String string, int start, int end, int word) {
    reserve(1);
    columns[IDS][size] = id;
    columns[STARTS][size] = start;
    columns[ENDS][size] = end;
    columns[WORDS][size] = word;
    tokens[size++] = string;
  }

  /** Says of all tokens which text they come from, which also is their type. */
  public void setSequence(int sequence) {
    Arrays.fill(columns[TYPES], 0, size, sequence);
    Arrays.fill(columns[SEQUENCES], 0, size, sequence);
    Arrays.fill(columns[ATTENTION], 0, size, 1);
  }

  /** Adds tokens that come from no text. */
  private void addSpecial(int id, String token, int type, int attention, int count) {
    for (int i = 0; i < count; i++) {
      add(id, token, 0, 0, -1);
      columns[TYPES][size - 1] = type;
      columns[SPECIAL][size - 1] = 1;
      columns[ATTENTION][size - 1] = attention;
      columns[SEQUENCES][size - 1] = -1;
    }
  }

  /** A draft of one special token, which comes from no text. */
  static Draft special(int id, String token, int type) {
    Draft draft = new Draft(1, null);
    draft.addSpecial(id, token, type, 1, 1);
    return draft;
  }

  private void reserve(int more) {
    if (size + more > tokens.length) {
      int capacity = Math.max(size + more, 2 * tokens.length);
      for (int c = 0; c < COLUMNS; c++) {
        columns[c] = Arrays.copyOf(columns[c], capacity);
      }
      tokens = Arrays.copyOf(tokens, capacity);
    }
  }

  /** How many tokens there are. */
  public int size() {
    return size;
  }

  /** What was cut off, each as a draft of its own. */
  public List<Draft> overflowing() {
    return overflowing;
  }

  /** Ids of the tokens. */
  public int[] ids() {
    return column(IDS);
  }

  /** Types of the tokens. */
  public int[] types() {
    return column(TYPES);
  }

  /** Where they begin. */
  public int[] starts() {
    return column(STARTS);
  }

  /** Where they end. */
  public int[] ends() {
    return column(ENDS);
  }

  /** Their words, -1 for special tokens. */
  public int[] words() {
    return column(WORDS);
  }

  /** 1 for special tokens. */
  public int[] special() {
    return column(SPECIAL);
  }

  /** 0 for padding. */
  public int[] attention() {
    return column(ATTENTION);
  }

  /** Which text they come from, -1 for special tokens. */
  public int[] sequences() {
    return column(SEQUENCES);
  }

  /** Their strings. */
  public List<String> tokens() {
    String[] all = new String[size];
    for (int i = 0; i < size; i++) {
      all[i] = token(i);
    }
    return List.of(all);
  }

  private int[] column(int c) {
    return Arrays.copyOf(columns[c], size);
  }

  void setTypes(int type) {
    Arrays.fill(columns[TYPES], 0, size, type);
  }

  String token(int i) {
    String known = tokens[i];
    if (known != null) {
      return known;
    }
    return Objects.requireNonNull(strings).apply(columns[IDS][i]);
  }

  int start(int i) {
    return columns[STARTS][i];
  }

  int end(int i) {
    return columns[ENDS][i];
  }

  void setPlace(int i, int start, int end) {
    columns[STARTS][i] = start;
    columns[ENDS][i] = end;
  }

  private Draft part(int from, int to) {
    Draft part = new Draft(to - from, strings);
    part.append(this, from, to);
    return part;
  }

  private void append(Draft other, int from, int to) {
    reserve(to - from);
    for (int c = 0; c < COLUMNS; c++) {
      System.arraycopy(other.columns[c], from, columns[c], size, to - from);
    }
    System.arraycopy(other.tokens, from, tokens, size, to - from);
    size += to - from;
  }

  /** Adds the tokens of another draft; each part that was cut off of one goes with each of both. */
  void append(Draft other) {
    List<Draft> combined = new ArrayList<>();
    for (Draft mine : overflowing) {
      combined.add(joined(mine, other));
      for (Draft theirs : other.overflowing) {
        combined.add(joined(mine, theirs));
      }
    }
    for (Draft theirs : other.overflowing) {
      combined.add(joined(this, theirs));
    }
    append(other, 0, other.size);
    overflowing = combined;
  }

  private static Draft joined(Draft left, Draft right) {
    Draft both = left.part(0, left.size);
    both.append(right, 0, right.size);
    return both;
  }

  /** All of them, one after the other. */
  public static Draft concat(List<Draft> all) {
    if (all.size() == 1) {
      return all.getFirst();
    }
    Draft result =
        new Draft(
            all.stream().mapToInt(Draft::size).sum(),
            all.stream()
                .map(each -> each.strings)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null));
    all.forEach(result::append);
    return result;
  }

  /** Cuts off what is too long, in parts that share {@code stride} tokens. */
  void truncate(int length, int stride, boolean left) {
    if (length >= size) {
      return;
    }
    List<Draft> parts = new ArrayList<>();
    if (length == 0) {
      parts.add(new Draft(0, strings));
      parts.add(part(0, size));
    } else {
      if (stride >= length) {
        throw new GatunException(
            "tokenizer: truncation to %d tokens with a stride of %d: the stride must be less"
                .formatted(length, stride));
      }
      int step = length - stride;
      for (int i = 0; ; i += step) {
        int from = left ? Math.max(0, size - i - length) : i;
        int to = left ? size - i : Math.min(size, i + length);
        parts.add(part(from, to));
        if (left ? from == 0 : to == size) {
          break;
        }
      }
    }
    Draft first = parts.getFirst();
    for (int c = 0; c < COLUMNS; c++) {
      columns[c] = first.columns[c];
    }
    tokens = first.tokens;
    size = first.size;
    overflowing = new ArrayList<>(parts.subList(1, parts.size()));
  }

  /** Adds padding up to a length. */
  void pad(int length, int id, int type, String token, boolean left) {
    overflowing.forEach(each -> each.pad(length, id, type, token, left));
    if (size >= length) {
      return;
    }
    if (!left) {
      addSpecial(id, token, type, 0, length - size);
      return;
    }
    Draft padding = new Draft(length, strings);
    padding.addSpecial(id, token, type, 0, length - size);
    padding.append(this, 0, size);
    for (int c = 0; c < COLUMNS; c++) {
      columns[c] = padding.columns[c];
    }
    tokens = padding.tokens;
    size = padding.size;
  }
}
