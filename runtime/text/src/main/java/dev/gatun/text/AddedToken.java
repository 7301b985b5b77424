package dev.gatun.text;

import dev.gatun.text.json.Fields;
import tools.jackson.databind.node.ObjectNode;

/**
 * A token that is found in the text before anything else.
 *
 * @param id its id
 * @param content what is looked for
 * @param singleWord not inside of a word
 * @param lstrip white space before it belongs to it
 * @param rstrip white space behind it belongs to it
 * @param normalized looked for in the normalized text, as its own normalized form
 * @param special left out when decoding without special tokens
 */
public record AddedToken(
    int id,
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {
  /** A special token of a new tokenizer. */
  public static AddedToken special(int id, String content) {
    return new AddedToken(id, content, false, false, false, false, true);
  }

  static AddedToken read(Fields settings) {
    AddedToken token =
        new AddedToken(
            settings.integer("id"),
            settings.string("content"),
            settings.bool("single_word", false),
            settings.bool("lstrip", false),
            settings.bool("rstrip", false),
            settings.bool("normalized", true),
            settings.bool("special", false));
    settings.finish();
    return token;
  }

  void write(ObjectNode target) {
    target.put("id", id);
    target.put("content", content);
    target.put("single_word", singleWord);
    target.put("lstrip", lstrip);
    target.put("rstrip", rstrip);
    target.put("normalized", normalized);
    target.put("special", special);
  }
}
