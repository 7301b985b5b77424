package dev.gatun.text.train;

import dev.gatun.text.json.Fields;
import dev.gatun.text.model.Model;
import dev.gatun.text.model.Models;
import dev.gatun.text.normal.ByteAlphabet;
import dev.gatun.text.normal.TextNormalizer;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.split.Pieces;
import dev.gatun.text.split.PreTokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Counts the words of texts, learns a model and writes it as a {@code tokenizer.json}. */
public final class Training {
  private static final String METASPACE =
      "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"always\",\"split\":true}";
  private static final String BYTE_LEVEL =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";

  /**
   * What surrounds a model.
   *
   * @param normalizer JSON or null
   * @param preTokenizer JSON
   * @param decoder JSON
   * @param unknown a token that must be there, or null
   */
  private record Surroundings(
      @Nullable String normalizer, String preTokenizer, String decoder, @Nullable String unknown) {
    static Surroundings of(String kind, boolean lowercase) {
      String lower = lowercase ? "{\"type\":\"Lowercase\"}" : null;
      return switch (kind) {
        case "BYTE_LEVEL_BPE" -> new Surroundings(lower, BYTE_LEVEL, BYTE_LEVEL, null);
        case "WORD_PIECE" ->
            new Surroundings(
                "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"
                    + "\"strip_accents\":null,\"lowercase\":"
                    + lowercase
                    + "}",
                "{\"type\":\"BertPreTokenizer\"}",
                "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}",
                "[UNK]");
        case "BPE", "UNIGRAM" -> new Surroundings(lower, METASPACE, METASPACE, "<unk>");
        default -> throw new IllegalArgumentException("unknown kind " + kind);
      };
    }
  }

  /** Learns; the result is the content of a file. */
  public static String train(
      String kind,
      int size,
      int least,
      List<String> special,
      boolean lowercase,
      Iterator<String> texts) {
    Surroundings around = Surroundings.of(kind, lowercase);
    List<String> first = new ArrayList<>(special);
    if (around.unknown != null && !first.contains(around.unknown)) {
      first.addFirst(around.unknown);
    }
    SortedMap<String, Long> words = words(around, texts);
    Model model = model(kind, size, least, first, words, around.unknown);
    ObjectNode file = JsonMapper.shared().createObjectNode();
    file.put("version", "1.0");
    file.putNull("truncation");
    file.putNull("padding");
    ArrayNode added = file.putArray("added_tokens");
    for (String token : first) {
      added
          .addObject()
          .put("id", model.id(token))
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    put(file, "normalizer", around.normalizer);
    put(file, "pre_tokenizer", around.preTokenizer);
    file.putNull("post_processor");
    put(file, "decoder", around.decoder);
    model.write(file.putObject("model"));
    return JsonMapper.shared().writeValueAsString(file);
  }

  private static void put(ObjectNode file, String field, @Nullable String json) {
    if (json == null) {
      file.putNull(field);
    } else {
      file.set(field, JsonMapper.shared().readTree(json));
    }
  }

  /** How often each word comes. */
  private static SortedMap<String, Long> words(Surroundings around, Iterator<String> texts) {
    TextNormalizer normalizer =
        around.normalizer == null
            ? text -> text
            : TextNormalizer.read(Fields.parse("normalizer", around.normalizer));
    PreTokenizer cutter = PreTokenizer.read(Fields.parse("pre_tokenizer", around.preTokenizer));
    Map<String, long[]> counts = new HashMap<>();
    while (texts.hasNext()) {
      String given = texts.next();
      if (given.isEmpty()) {
        continue;
      }
      TrackedText text = normalizer.apply(new TrackedText(given));
      Pieces all = new Pieces();
      all.add(text, 0, text.text().length());
      Pieces cut = all.cut(cutter.unmapped());
      for (int i = 0; i < cut.size(); i++) {
        String word = cut.text(i).text().substring(cut.start(i), cut.end(i));
        counts.computeIfAbsent(word, w -> new long[1])[0]++;
      }
    }
    SortedMap<String, Long> words = new TreeMap<>();
    counts.forEach(
        (word, count) ->
            words.merge(
                cutter.mapsBytes() ? ByteAlphabet.mapped(word) : word, count[0], Long::sum));
    return words;
  }

  private static Model model(
      String kind,
      int size,
      int least,
      List<String> first,
      SortedMap<String, Long> words,
      @Nullable String unknown) {
    if (kind.equals("UNIGRAM")) {
      UnigramEm training = new UnigramEm(words);
      training.learn(size - first.size());
      List<String> tokens = new ArrayList<>(first);
      double[] scores = new double[first.size() + training.scores().length];
      for (int i = 0; i < training.scores().length; i++) {
        if (!first.contains(training.pieces().get(i))) {
          scores[tokens.size()] = training.scores()[i];
          tokens.add(training.pieces().get(i));
        }
      }
      return Models.unigram(tokens, scores, first.indexOf(unknown));
    }
    TreeSet<String> alphabet = new TreeSet<>();
    if (kind.equals("BYTE_LEVEL_BPE")) {
      for (int b = 0; b < 256; b++) {
        alphabet.add(String.valueOf(ByteAlphabet.of(b)));
      }
    }
    boolean pieces = kind.equals("WORD_PIECE");
    PairMerges training = new PairMerges(first, pieces ? "##" : "", "");
    training.learn(words, alphabet, size, least);
    return pieces
        ? Models.wordPiece(training.tokens())
        : Models.bpe(training.tokens(), training.merges(), unknown);
  }

  private Training() {}
}
