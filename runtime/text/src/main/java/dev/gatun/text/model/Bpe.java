package dev.gatun.text.model;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.ByteAlphabet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Byte-pair encoding: a word begins as its characters, and the neighbours whose merge has the
 * lowest rank are joined until none can be.
 */
final class Bpe implements Listed {
  private final Vocabulary vocabulary;
  private final Merges merges;
  private final Settings settings;

  /** Ids of &lt;0x00&gt; to &lt;0xFF&gt;, -1 where missing. */
  private final int[] byteIds = new int[256];

  private final int unknown;

  /**
   * Pairs in the order of their ranks.
   *
   * @param left left token of each
   * @param right right token of each
   * @param result id of the merged token
   * @param ranks from pair to rank
   */
  private record Merges(int[] left, int[] right, int[] result, PairTable ranks) {}

  /**
   * What a file says besides vocabulary and merges.
   *
   * @param unknown token for characters that are not in the vocabulary
   * @param prefix of symbols that do not begin a word
   * @param suffix of symbols that end a word
   * @param fuseUnknown one token for neighbouring unknown characters
   * @param byteFallback bytes instead of the unknown token
   * @param ignoreMerges a word that is a token needs no merges
   */
  record Settings(
      @Nullable String unknown,
      String prefix,
      String suffix,
      boolean fuseUnknown,
      boolean byteFallback,
      boolean ignoreMerges) {}

  private Bpe(Vocabulary vocabulary, Merges merges, Settings settings) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.settings = settings;
    for (int b = 0; b < 256; b++) {
      byteIds[b] = vocabulary.id("<0x%02X>".formatted(b));
    }
    unknown = settings.unknown == null ? -1 : vocabulary.id(settings.unknown);
  }

  static Bpe of(Fields fields) {
    if (fields.number("dropout", 0) != 0) {
      throw fields.problem(
          "dropout", "random merges are for training only; set it to null or 0 in the file");
    }
    Settings settings =
        new Settings(
            fields.stringOrNull("unk_token"),
            fields.string("continuing_subword_prefix", ""),
            fields.string("end_of_word_suffix", ""),
            fields.bool("fuse_unk", false),
            fields.bool("byte_fallback", false),
            fields.bool("ignore_merges", false));
    Vocabulary vocabulary = Vocabulary.of(fields);
    return new Bpe(vocabulary, merges(fields, vocabulary, settings.prefix), settings);
  }

  /** Of a trained vocabulary and its merges, which are pairs of tokens. */
  static Bpe of(List<String> vocabulary, List<String[]> pairs, Settings settings) {
    Vocabulary all = Vocabulary.of(vocabulary);
    Merges merges = empty(pairs.size());
    for (int i = 0; i < pairs.size(); i++) {
      String[] pair = pairs.get(i);
      int problem = put(merges, i, pair[0], pair[1], all, settings.prefix);
      if (problem >= 0) {
        throw new IllegalArgumentException("merge " + i + " is not in the vocabulary");
      }
    }
    return new Bpe(all, merges, settings);
  }

  private static Merges empty(int size) {
    return new Merges(new int[size], new int[size], new int[size], new PairTable(size));
  }

  private static Merges merges(Fields fields, Vocabulary vocabulary, String prefix) {
    List<JsonNode> pairs = fields.array("merges");
    int size = pairs.size();
    // Old files have strings, with a comment as the first one.
    int skip =
        size > 0
                && pairs.getFirst().isString()
                && pairs.getFirst().stringValue().startsWith("#version")
            ? 1
            : 0;
    Merges merges = empty(size - skip);
    for (int i = skip; i < size; i++) {
      String place = "merges[" + i + "]";
      String[] pair = pair(fields, place, pairs.get(i));
      int problem = put(merges, i - skip, pair[0], pair[1], vocabulary, prefix);
      if (problem >= 0) {
        String missing = problem < 2 ? pair[problem] : joined(pair[0], pair[1], prefix);
        throw fields.problem(place, "token \"" + missing + "\" is not in the vocabulary");
      }
    }
    return merges;
  }

  private static String[] pair(Fields fields, String place, JsonNode value) {
    if (value.isString()) {
      String[] parts = value.stringValue().split(" ", -1);
      if (parts.length != 2) {
        throw fields.problem(place, "expected two tokens with a space between them");
      }
      return parts;
    }
    List<JsonNode> parts = fields.array(place, value);
    if (parts.size() != 2) {
      throw fields.problem(place, "expected two tokens, got " + parts.size());
    }
    return new String[] {fields.string(place, parts.get(0)), fields.string(place, parts.get(1))};
  }

  private static String joined(String left, String right, String prefix) {
    return left + right.substring(Math.min(prefix.length(), right.length()));
  }

  /** 0, 1 or 2 where left, right or their union is not in the vocabulary, otherwise -1. */
  private static int put(
      Merges merges, int rank, String left, String right, Vocabulary vocabulary, String prefix) {
    merges.left[rank] = vocabulary.id(left);
    merges.right[rank] = vocabulary.id(right);
    merges.result[rank] = vocabulary.id(joined(left, right, prefix));
    if (merges.left[rank] < 0) {
      return 0;
    }
    if (merges.right[rank] < 0) {
      return 1;
    }
    if (merges.result[rank] < 0) {
      return 2;
    }
    merges.ranks.put(merges.left[rank], merges.right[rank], rank);
    return -1;
  }

  @Override
  public Word encode(String word) {
    if (settings.ignoreMerges) {
      int whole = vocabulary.id(word);
      if (whole >= 0) {
        return Word.whole(whole, word.length());
      }
    }
    Merging symbols = new Merging(merges.ranks, merges.result, word.length());
    begin(word, symbols);
    symbols.run();
    WordBuilder out = new WordBuilder();
    BytePlaces places = new BytePlaces(word);
    int bytes = 0;
    for (int i = 0; i < symbols.size; i++) {
      if (symbols.lengths[i] > 0) {
        int id = symbols.ids[i];
        int end = bytes + symbols.lengths[i];
        out.add(id, places.start(bytes), places.end(end));
        bytes = end;
      }
    }
    return out.build();
  }

  private String required(int id) {
    String token = vocabulary.token(id);
    if (token == null) {
      throw new IllegalStateException("no token has id " + id);
    }
    return token;
  }

  /** The characters as symbols. */
  private void begin(String word, Merging symbols) {
    int pending = 0; // bytes of unknown characters that have no symbol yet
    for (int at = 0; at < word.length(); ) {
      int point = word.codePointAt(at);
      String character = Character.toString(point);
      int bytes = ByteAlphabet.bytesOf(point);
      boolean first = at == 0;
      at += Character.charCount(point);
      String symbol =
          (first ? "" : settings.prefix) + character + (at == word.length() ? settings.suffix : "");
      int id = vocabulary.id(symbol);
      if (id >= 0) {
        if (pending > 0) {
          symbols.add(unknown, pending);
          pending = 0;
        }
        symbols.add(id, bytes);
      } else if (!(settings.byteFallback && addBytes(symbol, symbols))
          && settings.unknown != null) {
        // Not a mistake: bytes leave unknown characters before them pending, as in the reference.
        if (unknown < 0) {
          throw new dev.gatun.core.tensor.GatunException(
              "tokenizer: character '%s' is unknown, and the vocabulary lacks the unknown token \"%s\""
                  .formatted(character, settings.unknown));
        }
        if (pending > 0 && !settings.fuseUnknown) {
          symbols.add(unknown, pending);
          pending = 0;
        }
        pending += bytes;
      }
    }
    if (pending > 0) {
      symbols.add(unknown, pending);
    }
  }

  private boolean addBytes(String symbol, Merging symbols) {
    byte[] bytes = symbol.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (byteIds[b & 0xFF] < 0) {
        return false;
      }
    }
    for (byte b : bytes) {
      symbols.add(byteIds[b & 0xFF], 1);
    }
    return true;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void write(ObjectNode target) {
    target.put("type", "BPE");
    target.putNull("dropout");
    target.put("unk_token", settings.unknown);
    target.put("continuing_subword_prefix", settings.prefix.isEmpty() ? null : settings.prefix);
    target.put("end_of_word_suffix", settings.suffix.isEmpty() ? null : settings.suffix);
    target.put("fuse_unk", settings.fuseUnknown);
    target.put("byte_fallback", settings.byteFallback);
    target.put("ignore_merges", settings.ignoreMerges);
    vocabulary.write(target);
    ArrayNode pairs = target.putArray("merges");
    for (int i = 0; i < merges.left.length; i++) {
      pairs.addArray().add(required(merges.left[i])).add(required(merges.right[i]));
    }
  }
}
