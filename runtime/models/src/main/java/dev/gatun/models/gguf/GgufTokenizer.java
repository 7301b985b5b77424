package dev.gatun.models.gguf;

import dev.gatun.formats.FormatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The tokenizer.json that a GGUF file's metadata mean. */
final class GgufTokenizer {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Types of tokens. */
  private static final long UNKNOWN = 2;

  private static final long CONTROL = 3;
  private static final long USERS = 4;

  private final GgufMetadata m;
  private final List<Object> tokens;
  private final ObjectNode root = JSON.createObjectNode();

  private GgufTokenizer(GgufMetadata metadata) {
    m = metadata;
    tokens = metadata.list("tokenizer.ggml.tokens");
  }

  static String json(GgufMetadata metadata) {
    return new GgufTokenizer(metadata).json();
  }

  private String json() {
    if (tokens.isEmpty() || !(tokens.get(0) instanceof String)) {
      throw new FormatException(m.where() + ": has no 'tokenizer.ggml.tokens'");
    }
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    String kind = m.required("tokenizer.ggml.model", m::text);
    ObjectNode model = JSON.createObjectNode();
    model.put("type", "BPE").putNull("dropout");
    switch (kind) {
      case "gpt2" -> bytes(model);
      case "llama" -> pieces(model);
      default ->
          throw new FormatException(
              m.where() + ": tokenizer.ggml.model is '" + kind + "'; known are gpt2 and llama");
    }
    added();
    ends(kind.equals("llama"));
    ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < tokens.size(); i++) {
      if (vocabulary.has(tokens.get(i).toString())) {
        throw new FormatException(m.where() + ": two tokens are '" + tokens.get(i) + "'");
      }
      vocabulary.put(tokens.get(i).toString(), i);
    }
    root.set("model", model);
    return JSON.writeValueAsString(root);
  }

  private long type(int token) {
    List<Object> types = m.list("tokenizer.ggml.token_type");
    return token < types.size() && types.get(token) instanceof Long type ? type : 1;
  }

  /** Byte-level BPE. */
  private void bytes(ObjectNode model) {
    String pre = m.text("tokenizer.ggml.pre").orElse("gpt-2");
    root.putNull("normalizer");
    ObjectNode level = JSON.createObjectNode();
    level.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true);
    level.put("use_regex", pre.equals("gpt-2"));
    switch (pre) {
      case "gpt-2" -> root.set("pre_tokenizer", level);
      case "llama-bpe" -> split(level, "{1,3}");
      case "qwen2" -> {
        root.putObject("normalizer").put("type", "NFC");
        split(level, "");
      }
      default ->
          throw new FormatException(
              m.where()
                  + ": tokenizer.ggml.pre is '"
                  + pre
                  + "'; known are gpt-2, llama-bpe, qwen2");
    }
    root.set("decoder", level.deepCopy().put("use_regex", true));
    model.putNull("unk_token");
    model.put("ignore_merges", pre.equals("llama-bpe"));
    ArrayNode merges = model.putArray("merges");
    for (Object merge : m.list("tokenizer.ggml.merges")) {
      merges.add(merge.toString());
    }
  }

  /** How Llama 3 and Qwen 2 cut texts; only how many digits are a piece differs. */
  private static String pieces(String digits) {
    return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  private void split(ObjectNode level, String digits) {
    ObjectNode all = root.putObject("pre_tokenizer");
    all.put("type", "Sequence");
    ArrayNode steps = all.putArray("pretokenizers");
    ObjectNode split = steps.addObject();
    split.put("type", "Split").put("behavior", "Isolated").put("invert", false);
    split.putObject("pattern").put("Regex", pieces(digits));
    steps.add(level);
  }

  /** Sentencepiece's BPE: what is merged first follows from the scores. */
  private void pieces(ObjectNode model) {
    ObjectNode normalizer = root.putObject("normalizer");
    normalizer.put("type", "Sequence");
    ArrayNode steps = normalizer.putArray("normalizers");
    if (m.flag("tokenizer.ggml.add_space_prefix").orElse(true)) {
      steps.addObject().put("type", "Prepend").put("prepend", "\u2581");
    }
    ObjectNode spaces = steps.addObject();
    spaces.put("type", "Replace").put("content", "\u2581").putObject("pattern").put("String", " ");
    root.putNull("pre_tokenizer");
    ObjectNode decoder = root.putObject("decoder");
    decoder.put("type", "Sequence");
    ArrayNode back = decoder.putArray("decoders");
    ObjectNode space = back.addObject();
    space.put("type", "Replace").put("content", " ").putObject("pattern").put("String", "\u2581");
    back.addObject().put("type", "ByteFallback");
    back.addObject().put("type", "Fuse");
    if (m.flag("tokenizer.ggml.add_space_prefix").orElse(true)) {
      back.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    model.put("byte_fallback", true).put("fuse_unk", true).putNull("unk_token");
    for (int i = 0; i < tokens.size(); i++) {
      if (type(i) == UNKNOWN) {
        model.put("unk_token", tokens.get(i).toString());
      }
    }
    ArrayNode merges = model.putArray("merges");
    for (Merge merge : merges()) {
      merges.addArray().add(merge.left).add(merge.right);
    }
  }

  private record Merge(double score, int leftId, int rightId, String left, String right) {}

  private List<Merge> merges() {
    List<Object> scores = m.list("tokenizer.ggml.scores");
    if (scores.size() != tokens.size()) {
      throw new FormatException(
          "%s: %d tokens, but %d scores".formatted(m.where(), tokens.size(), scores.size()));
    }
    Map<String, Integer> ids = new HashMap<>();
    Set<Integer> special = new HashSet<>();
    for (int i = 0; i < tokens.size(); i++) {
      ids.put(tokens.get(i).toString(), i);
      if (type(i) != 1) {
        special.add(i);
      }
    }
    List<Merge> merges = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i).toString();
      if (special.contains(i) || !(scores.get(i) instanceof Double score)) {
        continue;
      }
      for (int cut = 1; cut < token.length(); cut++) {
        Integer left = ids.get(token.substring(0, cut));
        Integer right = ids.get(token.substring(cut));
        if (left != null && right != null && !special.contains(left) && !special.contains(right)) {
          merges.add(new Merge(score, left, right, token.substring(0, cut), token.substring(cut)));
        }
      }
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .reversed()
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    return merges;
  }

  /** Control tokens, and those that are found in texts as they are. */
  private void added() {
    ArrayNode added = root.putArray("added_tokens");
    for (int i = 0; i < tokens.size(); i++) {
      long type = type(i);
      if (type == UNKNOWN || type == CONTROL || type == USERS) {
        ObjectNode token = added.addObject();
        token.put("id", i).put("content", tokens.get(i).toString());
        token.put("single_word", false).put("lstrip", false).put("rstrip", false);
        token.put("normalized", false).put("special", type != USERS);
      }
    }
  }

  /** What is put before and behind each text. */
  private void ends(boolean usually) {
    boolean first = m.flag("tokenizer.ggml.add_bos_token").orElse(usually);
    boolean last = m.flag("tokenizer.ggml.add_eos_token").orElse(false);
    if (!first && !last) {
      root.putNull("post_processor");
      return;
    }
    ObjectNode post = root.putObject("post_processor");
    post.put("type", "TemplateProcessing");
    ObjectNode special = JSON.createObjectNode();
    for (String name : List.of("single", "pair")) {
      ArrayNode template = post.putArray(name);
      int texts = name.equals("pair") ? 2 : 1;
      for (int text = 0; text < texts; text++) {
        if (first) {
          special(template, special, "bos", text);
        }
        ObjectNode sequence = template.addObject().putObject("Sequence");
        sequence.put("id", text == 0 ? "A" : "B").put("type_id", text);
        if (last) {
          special(template, special, "eos", text);
        }
      }
    }
    post.set("special_tokens", special);
  }

  private void special(ArrayNode template, ObjectNode all, String kind, int text) {
    long id = m.required("tokenizer.ggml." + kind + "_token_id", m::whole);
    if (id < 0 || id >= tokens.size()) {
      throw new FormatException(m.where() + ": no token has the number " + id);
    }
    String token = tokens.get((int) id).toString();
    template.addObject().putObject("SpecialToken").put("id", token).put("type_id", text);
    ObjectNode entry = all.putObject(token);
    entry.put("id", token).putArray("ids").add(id);
    entry.putArray("tokens").add(token);
  }
}
