package dev.gatun.text.model;

import dev.gatun.text.json.Fields;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** BERT's model: the longest token that begins the word, then the longest that continues it. */
final class WordPiece implements Listed {
  private final Vocabulary vocabulary;
  private final String unknown;
  private final String prefix;
  private final int longest;
  private final CharTrie begins;
  private final CharTrie continues;

  private WordPiece(Vocabulary vocabulary, String unknown, String prefix, int longest) {
    this.vocabulary = vocabulary;
    this.unknown = unknown;
    this.prefix = prefix;
    this.longest = longest;
    begins = new CharTrie(vocabulary.size());
    continues = new CharTrie(vocabulary.size());
    vocabulary.forEach(
        (token, id) -> {
          begins.put(token, id);
          if (token.startsWith(prefix)) {
            continues.put(token.substring(prefix.length()), id);
          }
        });
  }

  static WordPiece of(Fields fields) {
    return new WordPiece(
        Vocabulary.of(fields),
        fields.string("unk_token", "[UNK]"),
        fields.string("continuing_subword_prefix", "##"),
        fields.integer("max_input_chars_per_word", 100));
  }

  /** Of a trained vocabulary. */
  static WordPiece of(List<String> vocabulary, String unknown, String prefix, int longest) {
    return new WordPiece(Vocabulary.of(vocabulary), unknown, prefix, longest);
  }

  @Override
  public Word encode(String word) {
    if (word.codePointCount(0, word.length()) > longest) {
      return unknown(word, unknown);
    }
    WordBuilder out = new WordBuilder();
    for (int start = 0; start < word.length(); ) {
      CharTrie trie = start == 0 ? begins : continues;
      int best = -1;
      int end = start;
      int node = 0;
      for (int at = start; at < word.length(); at++) {
        node = trie.next(node, word.charAt(at));
        if (node < 0) {
          break;
        }
        if (trie.value(node) >= 0) {
          best = trie.value(node);
          end = at + 1;
        }
      }
      if (best < 0) {
        return unknown(word, unknown);
      }
      out.add(best, start, end);
      start = end;
    }
    return out.build();
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void write(ObjectNode target) {
    target.put("type", "WordPiece");
    target.put("unk_token", unknown);
    target.put("continuing_subword_prefix", prefix);
    target.put("max_input_chars_per_word", longest);
    vocabulary.write(target);
  }
}
