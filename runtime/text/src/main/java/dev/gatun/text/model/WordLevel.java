package dev.gatun.text.model;

import dev.gatun.text.json.Fields;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whole words only.
 *
 * @param vocabulary the words
 * @param unknown token for all others
 */
record WordLevel(Vocabulary vocabulary, String unknown) implements Listed {
  static WordLevel of(Fields fields) {
    return new WordLevel(Vocabulary.of(fields), fields.string("unk_token"));
  }

  @Override
  public Word encode(String word) {
    int id = vocabulary.id(word);
    if (id >= 0) {
      return Word.whole(id, word.length());
    }
    return unknown(word, unknown);
  }

  @Override
  public void write(ObjectNode target) {
    target.put("type", "WordLevel");
    vocabulary.write(target);
    target.put("unk_token", unknown);
  }
}
