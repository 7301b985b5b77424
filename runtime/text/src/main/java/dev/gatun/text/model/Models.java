package dev.gatun.text.model;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Models of trained vocabularies. */
public final class Models {
  /** Unigram pieces with the logarithms of their probabilities. */
  public static Model unigram(List<String> tokens, double[] scores, int unknown) {
    return new Unigram(tokens, Arrays.copyOf(scores, tokens.size()), unknown, false);
  }

  /** WordPiece with "##" and "[UNK]". */
  public static Model wordPiece(List<String> tokens) {
    return WordPiece.of(tokens, "[UNK]", "##", 100);
  }

  /** BPE with pairs of tokens in the order of their ranks. */
  public static Model bpe(List<String> tokens, List<String[]> merges, @Nullable String unknown) {
    return Bpe.of(tokens, merges, new Bpe.Settings(unknown, "", "", false, false, false));
  }

  private Models() {}
}
