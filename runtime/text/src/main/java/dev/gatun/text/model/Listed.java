package dev.gatun.text.model;

import dev.gatun.core.tensor.GatunException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A model whose tokens and ids are those of a {@link Vocabulary}. */
interface Listed extends Model {
  Vocabulary vocabulary();

  /** The unknown token for all of a word. */
  default Word unknown(String word, String token) {
    int id = vocabulary().id(token);
    if (id < 0) {
      throw new GatunException(
          "tokenizer: word '%s' is unknown, and the vocabulary lacks the unknown token \"%s\""
              .formatted(word, token));
    }
    return Word.whole(id, word.length());
  }

  @Override
  default int id(String token) {
    return vocabulary().id(token);
  }

  @Override
  default @Nullable String token(int id) {
    return vocabulary().token(id);
  }

  @Override
  default int size() {
    return vocabulary().size();
  }

  @Override
  default void forEach(BiConsumer<String, Integer> each) {
    vocabulary().forEach(each);
  }
}
