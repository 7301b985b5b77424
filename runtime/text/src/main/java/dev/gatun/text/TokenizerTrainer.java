package dev.gatun.text;

import dev.gatun.text.train.Training;
import java.util.Iterator;
import java.util.List;

/**
 * Learns a tokenizer from texts. The same texts give the same tokenizer on every machine, whatever
 * their order.
 *
 * @param kind the model
 * @param vocabularySize tokens, special ones included
 * @param minFrequency pairs of BPE and WordPiece that come more rarely are not joined
 * @param specialTokens come first in the vocabulary; [UNK] (WordPiece) and &lt;unk&gt; (unigram,
 *     and BPE that is not byte-level) are added where missing
 * @param lowercase lower case before all else
 */
public record TokenizerTrainer(
    Kind kind,
    int vocabularySize,
    int minFrequency,
    List<String> specialTokens,
    boolean lowercase) {
  /** Models that can be trained. */
  public enum Kind {
    /** BPE over bytes, as GPT-2; every text can be encoded. */
    BYTE_LEVEL_BPE,
    /** BPE over characters, with SentencePiece's spaces. */
    BPE,
    /** BERT's model. */
    WORD_PIECE,
    /** T5's model, with SentencePiece's spaces. */
    UNIGRAM
  }

  /** Checks the settings. */
  public TokenizerTrainer {
    if (vocabularySize < 1 || minFrequency < 0) {
      throw new IllegalArgumentException(
          "vocabularySize must be at least 1 and minFrequency at least 0, got "
              + vocabularySize
              + " and "
              + minFrequency);
    }
    specialTokens = List.copyOf(specialTokens);
  }

  /** A trainer without special tokens and lower case. */
  public static TokenizerTrainer of(Kind kind, int vocabularySize) {
    return new TokenizerTrainer(kind, vocabularySize, 2, List.of(), false);
  }

  /** This trainer with other special tokens. */
  public TokenizerTrainer withSpecialTokens(String... tokens) {
    return new TokenizerTrainer(kind, vocabularySize, minFrequency, List.of(tokens), lowercase);
  }

  /** This trainer with lower case before all else. */
  public TokenizerTrainer withLowercase() {
    return new TokenizerTrainer(kind, vocabularySize, minFrequency, specialTokens, true);
  }

  /** Reads all texts and learns. */
  public Tokenizer train(Iterator<String> texts) {
    return Tokenizer.parse(
        Training.train(kind.name(), vocabularySize, minFrequency, specialTokens, lowercase, texts));
  }
}
