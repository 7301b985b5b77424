package dev.gatun.text.model;

import dev.gatun.text.json.Fields;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Cuts a word into tokens of its vocabulary. Immutable. */
public interface Model {
  /** The tokens of a word that is not empty. */
  Word encode(String word);

  /** The id of a token, or -1. */
  int id(String token);

  /** The token with an id, or null. */
  @Nullable String token(int id);

  /** How many tokens there are; ids may have gaps. */
  int size();

  /** Calls back for each token and id, in the order of the ids. */
  void forEach(BiConsumer<String, Integer> each);

  /** Writes vocabulary and settings. */
  void write(ObjectNode target);

  /** The model that {@code settings} describe. */
  static Model read(Fields settings) {
    String type =
        settings.has("type")
            ? settings.string("type")
            : settings.has("merges") ? "BPE" : settings.has("unk_id") ? "Unigram" : "WordPiece";
    Model model =
        switch (type) {
          case "BPE" -> Bpe.of(settings);
          case "WordPiece" -> WordPiece.of(settings);
          case "WordLevel" -> WordLevel.of(settings);
          case "Unigram" -> Unigram.of(settings);
          default ->
              throw settings.problem(
                  "type",
                  "unknown model \"" + type + "\"; known: BPE, WordPiece, WordLevel, Unigram");
        };
    settings.finish();
    return model;
  }
}
