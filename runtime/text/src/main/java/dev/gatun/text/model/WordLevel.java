package dev.gatun.text.model;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.text.json.Fields;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whole words only.
 *
 * @param vocabulary the words
 * @param unknown token for all others
 */
record WordLevel(Vocabulary vocabulary, String unknown) implements Model {
  static WordLevel of(Fields fields) {
    return new WordLevel(Vocabulary.of(fields), fields.string("unk_token"));
  }

  @Override
  public Word encode(String word) {
    int id = vocabulary.id(word);
    if (id >= 0) {
      return Word.whole(id, word.length());
    }
    id = vocabulary.id(unknown);
    if (id < 0) {
      throw new GatunException(
          "tokenizer: word '%s' is unknown, and the vocabulary lacks the unknown token \"%s\""
              .formatted(word, unknown));
    }
    return Word.whole(id, word.length());
  }

  @Override
  public int id(String token) {
    return vocabulary.id(token);
  }

  @Override
  public @Nullable String token(int id) {
    return vocabulary.token(id);
  }

  @Override
  public int size() {
    return vocabulary.size();
  }

  @Override
  public void forEach(BiConsumer<String, Integer> each) {
    vocabulary.forEach(each);
  }

  @Override
  public void write(ObjectNode target) {
    target.put("type", "WordLevel");
    vocabulary.write(target);
    target.put("unk_token", unknown);
  }
}
