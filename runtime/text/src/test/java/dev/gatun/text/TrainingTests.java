package dev.gatun.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trained tokenizers: deterministic, saved and loaded without change, and lossless. */
class TrainingTests {
  @TempDir Path directory;

  private static List<String> lines() throws Exception {
    Path file = Shared.data("tinyshakespeare/input.txt");
    assumeTrue(Files.exists(file), "no texts in " + file);
    String text = Files.readString(file);
    return Arrays.asList(text.substring(0, 60_000).split("(?<=\n\n)", -1));
  }

  @ParameterizedTest
  @EnumSource
  void theSameTokenizerFromTheSameTextsInAnyOrder(TokenizerTrainer.Kind kind) throws Exception {
    List<String> lines = lines();
    List<String> shuffled = new ArrayList<>(lines);
    Collections.shuffle(shuffled, new Random(3));
    TokenizerTrainer trainer = TokenizerTrainer.of(kind, 600).withSpecialTokens("<s>", "</s>");
    Tokenizer first = trainer.train(lines.iterator());
    assertEquals(first.toJson(), trainer.train(shuffled.iterator()).toJson());
    assertEquals(600, first.vocabularySize());
    assertEquals(
        kind == TokenizerTrainer.Kind.BYTE_LEVEL_BPE ? 0 : 1, first.id("<s>").orElseThrow());

    Path file = directory.resolve("tokenizer.json");
    first.save(file);
    Tokenizer loaded = Tokenizer.load(file);
    assertEquals(first.toJson(), loaded.toJson());
    int tokens = 0;
    int characters = 0;
    for (String line : lines) {
      Encoding encoding = first.encode(line);
      assertArrayEquals(encoding.ids(), loaded.encode(line).ids());
      tokens += encoding.length();
      characters += line.length();
      String back = first.decode(encoding.ids(), false);
      switch (kind) {
        case BYTE_LEVEL_BPE -> assertEquals(line, back);
        case BPE, UNIGRAM -> assertEquals(line.stripLeading(), back.stripLeading());
        case WORD_PIECE ->
            assertEquals(line.replaceAll("\\s", ""), back.replaceAll("\\s", ""), line);
      }
    }
    assertTrue(characters > 2 * tokens, characters + " characters in " + tokens + " tokens");
  }

  @Test
  void joinsTheMostFrequentPairFirst() {
    Tokenizer tokenizer =
        new TokenizerTrainer(TokenizerTrainer.Kind.BPE, 11, 1, List.of(), false)
            .train(List.of("aab aab aab", "ab b").iterator());
    assertEquals(
        List.of("<unk>", "a", "b", "▁"),
        tokenizer.vocabulary().keySet().stream()
            .filter(token -> token.equals("<unk>") || token.length() == 1)
            .toList());
    assertEquals(List.of("▁aab"), tokenizer.encode("aab").tokens());
    assertEquals("aab ab", tokenizer.decode(tokenizer.encode("aab ab").ids(), true));
  }

  @Test
  void byteLevelEncodesWhatItNeverSaw() {
    Tokenizer tokenizer =
        TokenizerTrainer.of(TokenizerTrainer.Kind.BYTE_LEVEL_BPE, 300)
            .train(List.of("hello hello hello").iterator());
    String text = "日本 👩‍👩‍👧 \u0000 é";
    assertEquals(text, tokenizer.decode(tokenizer.encode(text).ids(), false));
  }

  @Test
  void unigramNeedsRoomForAllCharacters() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                TokenizerTrainer.of(TokenizerTrainer.Kind.UNIGRAM, 5)
                    .train(List.of("abcdefgh").iterator()));
    assertTrue(String.valueOf(e.getMessage()).contains("no room"), e.getMessage());
  }
}
