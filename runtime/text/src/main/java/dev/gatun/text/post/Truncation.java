package dev.gatun.text.post;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.text.json.Fields;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * The longest encoding.
 *
 * @param length tokens, with the special ones
 * @param strategy which of two texts is cut
 * @param stride tokens that neighbouring parts share
 * @param left cut off the begin instead of the end
 */
public record Truncation(int length, Strategy strategy, int stride, boolean left) {
  /** Which text is cut. */
  public enum Strategy {
    /** The longer one. */
    LONGEST_FIRST("LongestFirst"),
    /** The first one. */
    ONLY_FIRST("OnlyFirst"),
    /** The second one. */
    ONLY_SECOND("OnlySecond");

    private final String label;

    Strategy(String label) {
      this.label = label;
    }
  }

  /** What {@code settings} describe. */
  public static Truncation read(Fields settings) {
    Truncation result =
        new Truncation(
            settings.integer("max_length"),
            settings.choice(
                "strategy",
                name -> {
                  for (Strategy each : Strategy.values()) {
                    if (each.label.equals(name)) {
                      return each;
                    }
                  }
                  return null;
                },
                "LongestFirst, OnlyFirst, OnlySecond"),
            settings.integer("stride"),
            settings.string("direction", "Right").equals("Left"));
    direction(settings);
    settings.finish();
    return result;
  }

  static void direction(Fields settings) {
    String direction = settings.string("direction", "Right");
    if (!direction.equals("Left") && !direction.equals("Right")) {
      throw settings.problem("direction", "expected Left or Right, got \"" + direction + "\"");
    }
  }

  /** As in a file. */
  public void write(ObjectNode target) {
    target.put("direction", left ? "Left" : "Right");
    target.put("max_length", length);
    target.put("strategy", strategy.label);
    target.put("stride", stride);
  }

  /**
   * Cuts.
   *
   * @param added special tokens that are to come
   */
  public void apply(List<Draft> texts, int added) {
    if (length < added) {
      throw new GatunException(
          "tokenizer: truncation to %d tokens leaves no room for %d special ones"
              .formatted(length, added));
    }
    int room = length - added;
    int total = texts.stream().mapToInt(Draft::size).sum();
    if (room == 0) {
      texts.forEach(each -> each.truncate(0, stride, left));
      return;
    }
    if (total <= room) {
      return;
    }
    if (strategy == Strategy.LONGEST_FIRST) {
      if (texts.size() == 1) {
        texts.getFirst().truncate(room, stride, left);
      } else {
        longest(texts.get(0), texts.get(1), room);
      }
      return;
    }
    if (strategy == Strategy.ONLY_SECOND && texts.size() < 2) {
      throw new GatunException(
          "tokenizer: truncation of the second text (OnlySecond), but there is only one");
    }
    Draft cut = texts.get(strategy == Strategy.ONLY_FIRST ? 0 : 1);
    int target = cut.size() - (total - room);
    if (target <= 0) {
      throw new GatunException(
          "tokenizer: truncation to %d tokens (%s): the other text alone is too long"
              .formatted(length, strategy.label));
    }
    cut.truncate(target, stride, left);
  }

  /** The shorter text stays whole where the other can make room, otherwise both get half. */
  private void longest(Draft first, Draft second, int room) {
    int shorter = Math.min(first.size(), second.size());
    int longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = shorter + room % 2;
    }
    boolean swap = seen(first) > seen(second);
    first.truncate(swap ? longer : shorter, stride, left);
    second.truncate(swap ? shorter : longer, stride, left);
  }

  /**
   * The size that decides which text is the longer one: the reference implementation stops at the
   * end of the word that fills an encoding, and knows no more of a text.
   */
  private int seen(Draft text) {
    int[] words = text.words();
    if (words.length <= length) {
      return words.length;
    }
    int count = length;
    int step = left ? -1 : 1;
    int at = left ? words.length - length : length - 1;
    while (at + step >= 0 && at + step < words.length && words[at + step] == words[at]) {
      at += step;
      count++;
    }
    return count;
  }
}
