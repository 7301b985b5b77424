package dev.gatun.text.feature;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steps that make short messages even before they are cut into words. Each gives a new list of
 * steps; {@link #apply} does them in their order.
 */
public final class Cleaning {
  private static final Pattern MENTION = Pattern.compile("@\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern LONE_MENTION =
      Pattern.compile("(?<![\\w.+-])@\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern HTTP = Pattern.compile("http\\S+");

  // Punctuation at the end belongs to the sentence.
  private static final Pattern LINK =
      Pattern.compile("(?i)\\b(?:https?://|www\\.)\\S+?(?=[.,;:!?)\\]}'\"]*(?:\\s|$))");
  private static final Pattern HASHTAG =
      Pattern.compile("#(\\w+)", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern HUMP =
      Pattern.compile(
          "(?<=\\p{Ll})(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})|_+|(?<=\\p{L})(?=\\p{Nd})");

  private final List<UnaryOperator<String>> steps;

  private Cleaning(List<UnaryOperator<String>> steps) {
    this.steps = List.copyOf(steps);
  }

  /** No steps yet. */
  public static Cleaning none() {
    return new Cleaning(List.of());
  }

  private Cleaning then(UnaryOperator<String> step) {
    List<UnaryOperator<String>> more = new ArrayList<>(steps);
    more.add(step);
    return new Cleaning(more);
  }

  /** Lower case, the same in every country. */
  public Cleaning lowerCase() {
    return then(text -> text.toLowerCase(Locale.ROOT));
  }

  /**
   * Replaces {@code @name}.
   *
   * @param sparesMail whether an at sign within an address is left alone
   */
  public Cleaning mentions(String by, boolean sparesMail) {
    return replacing(sparesMail ? LONE_MENTION : MENTION, by);
  }

  /**
   * Replaces links.
   *
   * @param exact whether also www. begins a link, and punctuation at its end is not part of it;
   *     otherwise everything from http to the next space
   */
  public Cleaning links(String by, boolean exact) {
    return replacing(exact ? LINK : HTTP, by);
  }

  private Cleaning replacing(Pattern pattern, String by) {
    return then(text -> pattern.matcher(text).replaceAll(m -> Matcher.quoteReplacement(by)));
  }

  /** Hashtags become words: {@code #JavaAI} is "java ai". */
  public Cleaning splitHashtags() {
    return then(
        text ->
            HASHTAG
                .matcher(text)
                .replaceAll(
                    m ->
                        Matcher.quoteReplacement(
                            String.join(" ", HUMP.split(m.group(1))).toLowerCase(Locale.ROOT))));
  }

  /** Emojis, each with all of its parts, become their names: {@code :face_with_tears_of_joy:}. */
  public Cleaning nameEmojis() {
    return then(
        text -> {
          StringBuilder out = new StringBuilder();
          for (String cluster : clusters(text)) {
            out.append(isEmoji(cluster) ? name(cluster) : cluster);
          }
          return out.toString();
        });
  }

  private static String name(String emoji) {
    List<String> names = new ArrayList<>();
    emoji
        .codePoints()
        .filter(c -> Character.isEmoji(c) || Character.isEmojiComponent(c))
        .filter(c -> c != 0x200D && c != 0xFE0F)
        .forEach(
            c ->
                names.add(
                    String.valueOf(Character.getName(c))
                        .toLowerCase(Locale.ROOT)
                        .replace(' ', '_')
                        .replace('-', '_')));
    return ":" + String.join("_", names) + ":";
  }

  private static boolean isEmoji(String cluster) {
    return cluster.codePoints().anyMatch(c -> c > 0xFF && Character.isEmoji(c));
  }

  /** The characters that a reader sees: a sequence of joined emojis is one. */
  public static List<String> clusters(String text) {
    BreakIterator iterator = BreakIterator.getCharacterInstance(Locale.ROOT);
    iterator.setText(text);
    List<String> clusters = new ArrayList<>();
    int from = 0;
    for (int to = iterator.next(); to != BreakIterator.DONE; to = iterator.next()) {
      clusters.add(text.substring(from, to));
      from = to;
    }
    return clusters;
  }

  /** Does all steps. */
  public String apply(String text) {
    String result = text;
    for (UnaryOperator<String> step : steps) {
      result = step.apply(result);
    }
    return result;
  }
}
