package dev.gatun.text;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import dev.gatun.text.decode.Decoder;
import dev.gatun.text.model.Word;
import dev.gatun.text.model.WordCache;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.post.Draft;
import dev.gatun.text.post.Padding;
import dev.gatun.text.post.PostProcessor;
import dev.gatun.text.post.Truncation;
import dev.gatun.text.split.Pieces;
import dev.gatun.text.split.PreTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Text to token ids and back, as a {@code tokenizer.json} says.
 *
 * <p>Immutable: any number of threads may use one tokenizer. Unpaired surrogates in a text count as
 * U+FFFD.
 */
public final class Tokenizer {
  private final TokenizerFile parts;
  private final @Nullable PreTokenizer preTokenizer;
  private final WordCache words;

  Tokenizer(TokenizerFile parts) {
    this.parts = parts;
    PreTokenizer cutter = parts.preTokenizer();
    boolean mapsBytes = cutter != null && cutter.mapsBytes();
    // Words become bytes one by one, behind the cache: most were seen before.
    preTokenizer = mapsBytes && cutter != null ? cutter.unmapped() : cutter;
    words = new WordCache(parts.model(), mapsBytes);
  }

  /**
   * Reads a {@code tokenizer.json}.
   *
   * @throws FormatException with file and JSON path where anything is unknown or wrong
   */
  public static Tokenizer load(Path tokenizerJson) {
    return new Tokenizer(TokenizerFile.load(tokenizerJson));
  }

  /** Reads the content of a {@code tokenizer.json}. */
  public static Tokenizer parse(String json) {
    return new Tokenizer(TokenizerFile.parse(json));
  }

  /** Writes a {@code tokenizer.json} that {@link #load} reads as an equal tokenizer. */
  public void save(Path tokenizerJson) {
    try {
      Files.writeString(tokenizerJson, toJson());
    } catch (IOException e) {
      throw new FormatException(tokenizerJson + ": " + FormatException.reason(e), e);
    }
  }

  /** The content of the {@code tokenizer.json}. */
  public String toJson() {
    return parts.toJson();
  }

  /** The tokens of a text, with special ones. */
  public Encoding encode(String text) {
    return encode(text, true);
  }

  /** The tokens of a text, with or without special ones. */
  public Encoding encode(String text, boolean specialTokens) {
    return one(draft(List.of(text), specialTokens));
  }

  /** The tokens of two texts as one encoding, such as a question and its context. */
  public Encoding encodePair(String first, String second) {
    return encodePair(first, second, true);
  }

  /** The tokens of two texts as one encoding, with or without special ones. */
  public Encoding encodePair(String first, String second, boolean specialTokens) {
    return one(draft(List.of(first, second), specialTokens));
  }

  /** The tokens of each text, padded to one length where the tokenizer pads; on all cores. */
  public List<Encoding> encodeBatch(List<String> texts) {
    return encodeBatch(texts, true);
  }

  /** The tokens of each text, with or without special ones. */
  public List<Encoding> encodeBatch(List<String> texts, boolean specialTokens) {
    List<Draft> drafts =
        texts.parallelStream().map(text -> draft(List.of(text), specialTokens)).toList();
    if (parts.padding() != null) {
      parts.padding().apply(drafts);
    }
    return drafts.stream().map(Encoding::new).toList();
  }

  private Encoding one(Draft draft) {
    if (parts.padding() != null) {
      parts.padding().apply(List.of(draft));
    }
    return new Encoding(draft);
  }

  private Draft draft(List<String> texts, boolean specialTokens) {
    List<Draft> drafts = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      drafts.add(tokens(texts.get(i), i));
    }
    PostProcessor processor = parts.postProcessor();
    if (parts.truncation() != null) {
      int added = processor == null || !specialTokens ? 0 : processor.added(texts.size() == 2);
      parts.truncation().apply(drafts, added);
    }
    return Draft.concat(processor == null ? drafts : processor.process(drafts, specialTokens));
  }

  private Draft tokens(String given, int sequence) {
    String text = paired(given);
    Pieces pieces = parts.added().cut(text, parts.normalizer());
    if (preTokenizer != null) {
      pieces = pieces.cut(preTokenizer);
    }
    CodePoints points = new CodePoints(text);
    Draft draft = new Draft(text.length() / 3, this::modelToken);
    for (int i = 0; i < pieces.size(); i++) {
      TrackedText part = pieces.text(i);
      int start = pieces.start(i);
      int end = pieces.end(i);
      int added = pieces.token(i);
      if (added >= 0) {
        int from = points.of(part.from(start));
        draft.add(added, part.text().substring(start, end), from, points.of(part.to(end - 1)), i);
        continue;
      }
      Word word = words.encode(part.text(), start, end);
      for (int t = 0; t < word.size(); t++) {
        int from = points.of(part.from(start + word.start(t)));
        int to = points.of(part.to(start + word.end(t) - 1));
        draft.add(word.id(t), word.string(t), from, to, i);
      }
    }
    draft.setSequence(sequence);
    return draft;
  }

  private String modelToken(int id) {
    String token = parts.model().token(id);
    if (token == null) {
      throw new IllegalStateException("no token has id " + id);
    }
    return token;
  }

  /** The text with U+FFFD for each surrogate that is not one of a pair. */
  private static String paired(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, '\uFFFD');
    }
    return repaired == null ? text : repaired.toString();
  }

  /**
   * The text of tokens. Ids that no token has are left out: embeddings often are larger than their
   * vocabulary.
   *
   * @param skipSpecialTokens leave out special tokens
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    List<String> tokens = new ArrayList<>(ids.length);
    for (int id : ids) {
      String token = visible(id, skipSpecialTokens);
      if (token != null) {
        tokens.add(token);
      }
    }
    Decoder decoder = parts.decoder();
    return decoder == null ? String.join(" ", tokens) : String.join("", decoder.decode(tokens));
  }

  /** The token that a decoder is to see, or null. */
  @Nullable String visible(int id, boolean skipSpecialTokens) {
    String added = parts.added().token(id);
    String token = added != null ? added : parts.model().token(id);
    return token == null || skipSpecialTokens && parts.added().isSpecial(token) ? null : token;
  }

  /** The text of each encoding. */
  public List<String> decodeBatch(List<int[]> batch, boolean skipSpecialTokens) {
    return batch.parallelStream().map(ids -> decode(ids, skipSpecialTokens)).toList();
  }

  /** A decoder that takes token after token and gives out text as soon as it is whole. */
  public TokenStream stream(boolean skipSpecialTokens) {
    return new TokenStream(this, skipSpecialTokens);
  }

  /** The id of a token, if there is one. */
  public OptionalInt id(String token) {
    int added = parts.added().id(token);
    int id = added >= 0 ? added : parts.model().id(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The token with an id. */
  public String token(int id) {
    String token = visible(id, false);
    if (token == null) {
      throw new GatunException("tokenizer: no token has id " + id);
    }
    return token;
  }

  /** One more than the largest id. */
  public int vocabularySize() {
    int added = parts.added().tokens().stream().mapToInt(AddedToken::id).max().orElse(-1);
    int[] largest = {added};
    parts.model().forEach((token, id) -> largest[0] = Math.max(largest[0], id));
    return largest[0] + 1;
  }

  /** All tokens with their ids, added ones too. */
  public Map<String, Integer> vocabulary() {
    Map<String, Integer> all = new TreeMap<>();
    parts.model().forEach(all::put);
    parts.added().tokens().forEach(token -> all.put(token.content(), token.id()));
    return all;
  }

  /** The added tokens in the order of the file. */
  public List<AddedToken> addedTokens() {
    return List.copyOf(parts.added().tokens());
  }

  /**
   * This tokenizer with another longest encoding.
   *
   * @param length tokens, with special ones; what is cut off overflows
   * @param stride tokens that neighbouring parts share
   */
  public Tokenizer withTruncation(int length, int stride) {
    return new Tokenizer(
        parts.with(
            new Truncation(length, Truncation.Strategy.LONGEST_FIRST, stride, false),
            parts.padding()));
  }

  /** Tokens of the longest encoding, where there is a limit. */
  public OptionalInt truncation() {
    Truncation truncation = parts.truncation();
    return truncation == null ? OptionalInt.empty() : OptionalInt.of(truncation.length());
  }

  /** This tokenizer without truncation. */
  public Tokenizer withoutTruncation() {
    return new Tokenizer(parts.with(null, parts.padding()));
  }

  /** This tokenizer with all encodings of a batch padded to the longest by this token. */
  public Tokenizer withPadding(String token) {
    int id =
        id(token).orElseThrow(() -> new GatunException("tokenizer: no token \"" + token + "\""));
    return new Tokenizer(parts.with(parts.truncation(), new Padding(-1, 0, id, 0, token, false)));
  }

  /** This tokenizer without padding. */
  public Tokenizer withoutPadding() {
    return new Tokenizer(parts.with(parts.truncation(), null));
  }

  /** Turns places in UTF-16 units into places in code points. */
  private static final class CodePoints {
    /** Null where both are the same. */
    private final int @Nullable [] before;

    CodePoints(String text) {
      if (text.length() == text.codePointCount(0, text.length())) {
        before = null;
        return;
      }
      int[] counts = new int[text.length() + 1];
      IntStream.range(0, text.length())
          .forEach(
              i -> counts[i + 1] = counts[i] + (Character.isHighSurrogate(text.charAt(i)) ? 0 : 1));
      before = counts;
    }

    int of(int unit) {
      return before == null ? unit : before[unit];
    }
  }
}
