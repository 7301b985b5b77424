package dev.gatun.models.speech;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.family.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The letters of a network that is trained with CTC: {@code vocab.json} and, if it is there, {@code
 * tokenizer_config.json}.
 *
 * @param texts of each number; empty for those that are no text
 * @param blank number of the blank, which is the padding
 */
record Letters(List<String> texts, int blank, boolean lowerCase) {
  static Letters read(Path folder, long count) {
    Config vocabulary = Config.read(folder.resolve("vocab.json"));
    Path file = folder.resolve("tokenizer_config.json");
    Config c = Files.exists(file) ? Config.read(file) : Config.of("{}");
    Map<String, Long> numbers = vocabulary.numbers();
    List<String> texts = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      texts.add("");
    }
    String delimiter = special(c, "word_delimiter_token", "|");
    String blank = special(c, "pad_token", "<pad>");
    List<String> silent =
        List.of(
            blank,
            special(c, "bos_token", "<s>"),
            special(c, "eos_token", "</s>"),
            special(c, "unk_token", "<unk>"));
    numbers.forEach(
        (text, number) -> {
          if (number < 0 || number >= count) {
            throw new GatunException(
                vocabulary.where()
                    + ": '"
                    + text
                    + "' has number "
                    + number
                    + ", the network has "
                    + count);
          }
          if (!silent.contains(text)) {
            texts.set(number.intValue(), text.equals(delimiter) ? " " : text);
          }
        });
    Long number = numbers.get(blank);
    if (number == null) {
      throw new GatunException(
          vocabulary.where() + ": has no '" + blank + "', which stands for the blank");
    }
    return new Letters(List.copyOf(texts), number.intValue(), c.flag("do_lower_case", false));
  }

  /** Special tokens are texts, or objects with a text. */
  private static String special(Config c, String name, String byDefault) {
    if (!c.has(name)) {
      return byDefault;
    }
    return c.isText(name) ? c.text(name, byDefault) : c.object(name).text("content", byDefault);
  }

  /** The text of numbers; several delimiters are one space. */
  String text(List<Integer> numbers) {
    StringBuilder text = new StringBuilder();
    for (int number : numbers) {
      text.append(texts.get(number));
    }
    String joined = text.toString().replaceAll(" +", " ").strip();
    return lowerCase ? joined.toLowerCase(Locale.ROOT) : joined;
  }
}
