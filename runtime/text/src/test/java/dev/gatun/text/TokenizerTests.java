package dev.gatun.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.gatun.core.tensor.GatunException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every tokenizer, on small trained ones and awkward texts. */
class TokenizerTests {
  static final List<String> AWKWARD =
      List.of(
          "",
          " ",
          "\u0000",
          "a\u0000b\u0001\u007F\u0085",
          "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67 family",
          "e\u0301\u0323 q\u0307\u0323 \u1E0B\u0323",
          "\u65E5\u672C\u8A9E \uD55C\uAD6D\uC5B4 \u0645\u0631\u062D\u0628\u0627",
          "\uD800 lone \uDC00\uD83D",
          "\uFEFF\uFFFD\uFFFF",
          "\r\n\t\u2028\u3000",
          "x".repeat(5000),
          "\uD83D\uDE00".repeat(700));

  private static Tokenizer tokenizer(TokenizerTrainer.Kind kind) {
    return TokenizerTrainer.of(kind, kind == TokenizerTrainer.Kind.BYTE_LEVEL_BPE ? 340 : 90)
        .withSpecialTokens("<s>")
        .train(
            List.of("the cat sat on the mat and the dog sat on the log", "family of cats, xx xxxx")
                .iterator());
  }

  @ParameterizedTest
  @EnumSource
  void spansAreInsideOfTheTextAndInOrder(TokenizerTrainer.Kind kind) {
    Tokenizer tokenizer = tokenizer(kind);
    for (String text : AWKWARD) {
      Encoding encoding = tokenizer.encode(text);
      int points = text.codePointCount(0, text.length());
      int last = 0;
      for (Encoding.Span span : encoding.spans()) {
        assertFalse(span.start() > span.end() || span.end() > points, text + span);
        assertFalse(span.start() < last && kind != TokenizerTrainer.Kind.BYTE_LEVEL_BPE, text);
        last = span.start();
      }
      assertEquals(encoding.length(), encoding.tokens().size());
    }
  }

  @Test
  void byteLevelIsLossless() {
    Tokenizer tokenizer = tokenizer(TokenizerTrainer.Kind.BYTE_LEVEL_BPE);
    for (String text : AWKWARD) {
      String paired =
          text.replaceAll("(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]", "\uFFFD")
              .replaceAll("[\uD800-\uDBFF](?![\uDC00-\uDFFF])", "\uFFFD");
      assertEquals(paired, tokenizer.decode(tokenizer.encode(text).ids(), true));
    }
  }

  @ParameterizedTest
  @EnumSource
  void streamsWhatDecodeGives(TokenizerTrainer.Kind kind) {
    Tokenizer tokenizer = tokenizer(kind);
    for (String text : AWKWARD) {
      int[] ids = tokenizer.encode("the " + text + " cat").ids();
      StringBuilder all = new StringBuilder();
      TokenStream stream = tokenizer.stream(true);
      for (int id : ids) {
        String part = stream.next(id);
        assertFalse(part.endsWith("\uFFFD") && !text.contains("\uFFFD"), "half a character");
        all.append(part);
      }
      all.append(stream.finish());
      assertEquals(tokenizer.decode(ids, true), all.toString());
    }
  }

  @Test
  void streamHoldsBackHalfCharacters() {
    Tokenizer tokenizer = tokenizer(TokenizerTrainer.Kind.BYTE_LEVEL_BPE);
    int[] ids = tokenizer.encode("\uD83D\uDE00").ids();
    assertEquals(4, ids.length);
    TokenStream stream = tokenizer.stream(true);
    for (int i = 0; i < 3; i++) {
      assertEquals("", stream.next(ids[i]));
    }
    assertEquals("\uD83D\uDE00", stream.next(ids[3]));
    assertEquals("", stream.next(ids[0]));
    assertEquals("\uFFFD", stream.finish());
  }

  @ParameterizedTest
  @EnumSource
  void aLongWordTakesNoQuadraticTime(TokenizerTrainer.Kind kind) {
    Tokenizer tokenizer = tokenizer(kind);
    Random random = new Random(1);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < 500_000; i++) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    assertTimeout(Duration.ofSeconds(10), () -> tokenizer.encode(word.toString()));
    assertTimeout(Duration.ofSeconds(10), () -> tokenizer.encode("x".repeat(500_000)));
  }

  @ParameterizedTest
  @EnumSource
  void sixteenThreadsGetWhatOneGets(TokenizerTrainer.Kind kind) throws Exception {
    Tokenizer tokenizer = tokenizer(kind);
    List<int[]> serial = AWKWARD.stream().map(text -> tokenizer.encode(text).ids()).toList();
    Tokenizer shared = tokenizer(kind);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      tasks.add(
          () -> {
            for (int t = 0; t < AWKWARD.size(); t++) {
              assertArrayEquals(serial.get(t), shared.encode(AWKWARD.get(t)).ids());
            }
            return true;
          });
    }
    try (var threads = Executors.newFixedThreadPool(16)) {
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
  }

  @Test
  void truncatesAndPads() {
    Tokenizer tokenizer = tokenizer(TokenizerTrainer.Kind.BYTE_LEVEL_BPE);
    int[] all = tokenizer.encode("the cat sat on the mat and the dog").ids();
    Encoding cut = tokenizer.withTruncation(3, 1).encode("the cat sat on the mat and the dog");
    assertEquals(3, cut.length());
    int at = 2;
    for (Encoding part : cut.overflowing()) {
      for (int i = 0; i < part.length(); i++) {
        assertEquals(all[at + i], part.ids()[i]);
      }
      at += 2;
    }
    List<Encoding> batch =
        tokenizer.withPadding("<s>").encodeBatch(List.of("the", "the cat sat on the mat"));
    assertEquals(batch.get(1).length(), batch.get(0).length());
    assertArrayEquals(new int[] {1, 0}, java.util.Arrays.copyOf(batch.get(0).attentionMask(), 2));
    assertThrows(
        GatunException.class,
        () -> tokenizer.withTruncation(3, 3).encode("the cat sat on the mat"));
    assertThrows(GatunException.class, () -> tokenizer.withPadding("<none>"));
    assertThrows(GatunException.class, () -> tokenizer.token(1_000_000));
  }
}
