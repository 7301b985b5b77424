package dev.gatun.text.split;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.Kinds;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.regex.Finder;
import java.util.List;

/** A step that cuts text into words, which the model never joins. */
@FunctionalInterface
public interface PreTokenizer {
  /** Adds the words of [start, end) to {@code out}. */
  void cut(TrackedText text, int start, int end, Pieces out);

  /** The same cuts without a final mapping to visible bytes, where {@link #mapsBytes} is true. */
  default PreTokenizer unmapped() {
    return this;
  }

  /** Whether the last thing that this does is to map all words to visible bytes. */
  default boolean mapsBytes() {
    return false;
  }

  /** The pre-tokenizer that {@code settings} describe. */
  static PreTokenizer read(Fields settings) {
    String type = settings.string("type");
    PreTokenizer step =
        switch (type) {
          case "Sequence" -> {
            List<Fields> all = settings.objects("pretokenizers");
            yield new Steps(all.stream().map(PreTokenizer::read).toList());
          }
          case "ByteLevel" -> ByteLevel.of(settings);
          case "Whitespace" -> new Whitespace();
          case "WhitespaceSplit" ->
              new Split(Finder.of(Kinds::isWhiteSpace), SplitBehavior.REMOVED, false);
          case "BertPreTokenizer" ->
              new Steps(
                  List.of(
                      new Split(Finder.of(Kinds::isWhiteSpace), SplitBehavior.REMOVED, false),
                      new Split(Finder.of(Kinds::isPunctuation), SplitBehavior.ISOLATED, false)));
          case "Punctuation" ->
              new Split(
                  Finder.of(Kinds::isPunctuation),
                  settings.has("behavior") ? SplitBehavior.read(settings) : SplitBehavior.ISOLATED,
                  false);
          case "Digits" ->
              new Split(
                  Finder.of(Kinds::isNumeric),
                  settings.bool("individual_digits")
                      ? SplitBehavior.ISOLATED
                      : SplitBehavior.CONTIGUOUS,
                  false);
          case "CharDelimiterSplit", "Delimiter" -> {
            int delimiter = settings.character("delimiter");
            yield new Split(Finder.of(point -> point == delimiter), SplitBehavior.REMOVED, false);
          }
          case "Split" ->
              new Split(
                  Finder.read(settings, "pattern"),
                  SplitBehavior.read(settings),
                  settings.bool("invert"));
          case "Metaspace" -> Metaspace.of(settings);
          case "UnicodeScripts" -> new UnicodeScripts();
          case "FixedLength" -> {
            int length = settings.integer("length", 5);
            if (length == 0) {
              throw settings.problem("length", "must not be 0");
            }
            yield new FixedLength(length);
          }
          default -> throw settings.problem("type", "unknown pre-tokenizer \"" + type + "\"");
        };
    settings.finish();
    return step;
  }
}
