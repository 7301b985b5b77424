package dev.gatun.text.post;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.text.json.Fields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Texts and special tokens in the order of a template.
 *
 * @param single template of one text
 * @param pair template of two
 */
record Template(List<Piece> single, List<Piece> pair) implements PostProcessor {
  /**
   * A place in a template.
   *
   * @param text 0 or 1 for the first or second text, -1 for special tokens
   * @param special the tokens
   * @param type type of all tokens here
   */
  private record Piece(int text, List<Special> special, int type) {}

  static Template of(Fields settings) {
    Map<String, List<Special>> tokens = new HashMap<>();
    Fields all = settings.object("special_tokens");
    for (String name : all.node().propertyNames()) {
      tokens.put(name, tokens(all.object(name)));
    }
    return new Template(pieces(settings, "single", tokens), pieces(settings, "pair", tokens));
  }

  private static List<Special> tokens(Fields token) {
    token.string("id");
    List<JsonNode> ids = token.array("ids");
    List<JsonNode> strings = token.array("tokens");
    if (ids.size() != strings.size()) {
      throw token.problem("ids", ids.size() + " ids for " + strings.size() + " tokens");
    }
    List<Special> special = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      special.add(
          new Special(
              token.string("tokens[" + i + "]", strings.get(i)),
              token.integer("ids[" + i + "]", ids.get(i))));
    }
    token.finish();
    return special;
  }

  private static List<Piece> pieces(
      Fields settings, String field, Map<String, List<Special>> tokens) {
    List<Piece> pieces = new ArrayList<>();
    for (Fields piece : settings.objects(field)) {
      boolean isText = piece.has("Sequence");
      if (isText == piece.has("SpecialToken")) {
        throw piece.problem("expected either \"Sequence\" or \"SpecialToken\"");
      }
      Fields content = piece.object(isText ? "Sequence" : "SpecialToken");
      int type = content.integer("type_id");
      if (isText) {
        int text = content.choice("id", Template::textNumber, "A, B");
        if (text == 1 && field.equals("single")) {
          throw content.problem("id", "there is no second text in \"single\"");
        }
        pieces.add(new Piece(text, List.of(), type));
      } else {
        String id = content.string("id");
        List<Special> special = tokens.get(id);
        if (special == null) {
          throw content.problem("id", "\"" + id + "\" is not among special_tokens");
        }
        pieces.add(new Piece(-1, special, type));
      }
      content.finish();
      piece.finish();
    }
    return List.copyOf(pieces);
  }

  private static @Nullable Integer textNumber(String name) {
    return switch (name) {
      case "A" -> 0;
      case "B" -> 1;
      default -> null;
    };
  }

  @Override
  public int added(boolean isPair) {
    return (isPair ? pair : single).stream().mapToInt(piece -> piece.special().size()).sum();
  }

  @Override
  public List<Draft> process(List<Draft> texts, boolean special) {
    if (texts.size() > 2) {
      throw new GatunException(
          "tokenizer: a template must be the first post-processor that adds tokens");
    }
    List<Draft> parts = new ArrayList<>();
    for (Piece piece : texts.size() == 2 ? pair : single) {
      if (piece.text() >= 0) {
        Draft text = texts.get(piece.text());
        text.setTypes(piece.type());
        parts.add(text);
      } else if (special) {
        for (Special token : piece.special()) {
          parts.add(token.draft(piece.type()));
        }
      }
    }
    return parts;
  }
}
