package dev.gatun.models.speech;

import dev.gatun.core.tensor.GatunException;
import java.util.List;

/**
 * The letters that networks of one's own read or write down: number 1 is the first; 0 is the blank
 * of what listens and the padding of what speaks.
 *
 * @param letters each once; a space is a letter like others
 */
public record SpokenLetters(String letters) {
  /** Checked. */
  public SpokenLetters {
    if (letters.isEmpty() || letters.codePoints().distinct().count() != letters.length()) {
      throw new GatunException(
          "letters must be there once each, within Unicode's first plane; got '" + letters + "'");
    }
  }

  /** Letters and the number 0. */
  public int count() {
    return letters.length() + 1;
  }

  /** Numbers of a text's letters. */
  public long[] numbers(String text) {
    long[] numbers = new long[text.length()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = letters.indexOf(text.charAt(i)) + 1L;
      if (numbers[i] == 0) {
        throw new GatunException(
            "'%c' of '%s' is none of the letters '%s'".formatted(text.charAt(i), text, letters));
      }
    }
    return numbers;
  }

  /** The text of numbers. */
  public String text(List<Integer> numbers) {
    StringBuilder text = new StringBuilder();
    for (int number : numbers) {
      if (number < 1 || number > letters.length()) {
        throw new GatunException(
            "number %d is none of the %d letters".formatted(number, letters.length()));
      }
      text.append(letters.charAt(number - 1));
    }
    return text.toString();
  }
}
