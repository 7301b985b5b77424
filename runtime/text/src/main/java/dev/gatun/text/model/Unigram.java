package dev.gatun.text.model;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.text.json.Fields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** SentencePiece's unigram model: the most probable way to cut the word, by Viterbi's algorithm. */
final class Unigram implements Model {
  /** How much less probable than the rarest token an unknown character is, as a logarithm. */
  private static final double UNKNOWN_PENALTY = 10;

  private final List<String> tokens;
  private final double[] scores;
  private final int unknown; // -1: none
  private final boolean byteFallback;
  private final Map<String, Integer> ids;
  private final CharTrie trie;
  private final double unknownScore;

  Unigram(List<String> tokens, double[] scores, int unknown, boolean byteFallback) {
    this.tokens = List.copyOf(tokens);
    this.scores = scores.clone();
    this.unknown = unknown;
    this.byteFallback = byteFallback;
    ids = HashMap.newHashMap(tokens.size());
    trie = new CharTrie(tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      ids.put(tokens.get(i), i);
      if (!tokens.get(i).isEmpty()) {
        trie.put(tokens.get(i), i);
      }
    }
    unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
  }

  static Unigram of(Fields fields) {
    List<JsonNode> vocabulary = fields.array("vocab");
    List<String> tokens = new ArrayList<>(vocabulary.size());
    double[] scores = new double[vocabulary.size()];
    for (int i = 0; i < scores.length; i++) {
      String place = "vocab[" + i + "]";
      List<JsonNode> pair = fields.array(place, vocabulary.get(i));
      if (pair.size() != 2) {
        throw fields.problem(place, "expected a token and its score");
      }
      tokens.add(fields.string(place + "[0]", pair.get(0)));
      scores[i] = fields.number(place + "[1]", pair.get(1));
    }
    int unknown = fields.has("unk_id") ? fields.integer("unk_id") : -1;
    if (unknown >= scores.length) {
      throw fields.problem(
          "unk_id", unknown + " is not below the size of the vocabulary, " + scores.length);
    }
    return new Unigram(tokens, scores, unknown, fields.bool("byte_fallback", false));
  }

  @Override
  public Word encode(String word) {
    int size = word.length();
    double[] best = new double[size + 1];
    int[] from = new int[size + 1];
    int[] by = new int[size + 1];
    Arrays.fill(from, -1);
    for (int at = 0; at < size; ) {
      int width = Character.charCount(word.codePointAt(at));
      boolean single = false;
      int node = 0;
      for (int end = at; end < size; ) {
        node = trie.next(node, word.charAt(end++));
        if (node < 0) {
          break;
        }
        int id = trie.value(node);
        if (id >= 0) {
          offer(best, from, by, at, end, scores[id] + best[at], id);
          single |= end - at == width;
        }
      }
      if (!single) {
        if (unknown < 0) {
          throw new GatunException(
              "tokenizer: character '%s' is not in the vocabulary, and there is no unknown token (unk_id is null)"
                  .formatted(Character.toString(word.codePointAt(at))));
        }
        offer(best, from, by, at, at + width, unknownScore + best[at], unknown);
      }
      at += width;
    }
    return tokens(word, from, by);
  }

  private static void offer(
      double[] best, int[] from, int[] by, int at, int end, double score, int id) {
    if (from[end] < 0 || score > best[end]) {
      best[end] = score;
      from[end] = at;
      by[end] = id;
    }
  }

  /** The best path, with neighbouring unknown characters as one token. */
  private Word tokens(String word, int[] from, int[] by) {
    int[] cuts = new int[word.length() + 1];
    int count = 0;
    for (int end = word.length(); end > 0; ) {
      cuts[count++] = end;
      boolean isUnknown = by[end] == unknown;
      end = from[end];
      while (isUnknown && end > 0 && by[end] == unknown) {
        end = from[end];
      }
    }
    WordBuilder out = new WordBuilder();
    int start = 0;
    while (count > 0) {
      int end = cuts[--count];
      add(out, word.substring(start, end), start, end);
      start = end;
    }
    return out.build();
  }

  private void add(WordBuilder out, String part, int start, int end) {
    Integer id = ids.get(part);
    if (id != null) {
      out.add(id, start, end);
      return;
    }
    if (byteFallback) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      List<String> names = new ArrayList<>();
      for (byte b : bytes) {
        String name = "<0x%02X>".formatted(b & 0xFF);
        if (ids.containsKey(name)) {
          names.add(name);
        }
      }
      if (names.size() == bytes.length) {
        names.forEach(name -> out.add(id(name), start, end));
        return;
      }
    }
    out.add(unknown, part, start, end);
  }

  @Override
  public int id(String token) {
    return ids.getOrDefault(token, -1);
  }

  @Override
  public @Nullable String token(int id) {
    return id < 0 || id >= tokens.size() ? null : tokens.get(id);
  }

  @Override
  public int size() {
    return tokens.size();
  }

  @Override
  public void forEach(BiConsumer<String, Integer> each) {
    for (int i = 0; i < tokens.size(); i++) {
      each.accept(tokens.get(i), i);
    }
  }

  @Override
  public void write(ObjectNode target) {
    target.put("type", "Unigram");
    target.put("unk_id", unknown < 0 ? null : unknown);
    ArrayNode vocabulary = target.putArray("vocab");
    for (int i = 0; i < scores.length; i++) {
      vocabulary.addArray().add(tokens.get(i)).add(scores[i]);
    }
    target.put("byte_fallback", byteFallback);
  }
}
