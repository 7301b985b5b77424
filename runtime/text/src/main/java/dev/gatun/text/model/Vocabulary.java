package dev.gatun.text.model;

import dev.gatun.text.json.Fields;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tokens and their ids; ids may have gaps, and no two tokens have the same. */
final class Vocabulary {
  private final Map<String, Integer> ids;

  /** Tokens by id; those whose id is far above their number are in the map. */
  private final @Nullable String[] tokens;

  private final Map<Integer, String> far = new TreeMap<>();

  private Vocabulary(Map<String, Integer> ids) {
    this.ids = ids;
    tokens = new String[2 * ids.size() + 1024];
  }

  static Vocabulary of(Fields settings) {
    Fields vocabulary = settings.object("vocab");
    Map<String, Integer> ids = HashMap.newHashMap(vocabulary.node().size());
    for (Map.Entry<String, JsonNode> entry : vocabulary.node().properties()) {
      ids.put(entry.getKey(), vocabulary.integer(entry.getKey(), entry.getValue()));
    }
    Vocabulary result = new Vocabulary(ids);
    ids.forEach(
        (token, id) -> {
          String other = result.put(token, id);
          if (other != null) {
            String first = token.compareTo(other) < 0 ? token : other;
            String second = token.compareTo(other) < 0 ? other : token;
            throw settings.problem(
                "vocab", "\"%s\" and \"%s\" both have id %d".formatted(first, second, id));
          }
        });
    return result;
  }

  /** Of tokens in the order of their ids, from 0. */
  static Vocabulary of(java.util.List<String> inOrder) {
    Map<String, Integer> ids = HashMap.newHashMap(inOrder.size());
    for (int i = 0; i < inOrder.size(); i++) {
      ids.put(inOrder.get(i), i);
    }
    Vocabulary result = new Vocabulary(ids);
    for (int i = 0; i < inOrder.size(); i++) {
      result.put(inOrder.get(i), i);
    }
    return result;
  }

  private @Nullable String put(String token, int id) {
    if (id < tokens.length) {
      String other = tokens[id];
      tokens[id] = token;
      return other;
    }
    return far.put(id, token);
  }

  int id(String token) {
    return ids.getOrDefault(token, -1);
  }

  @Nullable String token(int id) {
    return id < 0 ? null : id < tokens.length ? tokens[id] : far.get(id);
  }

  int size() {
    return ids.size();
  }

  void forEach(BiConsumer<String, Integer> each) {
    for (int id = 0; id < tokens.length; id++) {
      String token = tokens[id];
      if (token != null) {
        each.accept(token, id);
      }
    }
    far.forEach((id, token) -> each.accept(token, id));
  }

  void write(ObjectNode target) {
    ObjectNode vocabulary = target.putObject("vocab");
    forEach(vocabulary::put);
  }
}
