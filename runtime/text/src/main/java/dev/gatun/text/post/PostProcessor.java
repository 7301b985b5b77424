package dev.gatun.text.post;

import dev.gatun.text.json.Fields;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Adds special tokens to one or two texts. */
public interface PostProcessor {
  /** How many tokens it adds. */
  int added(boolean pair);

  /** The parts of the encoding in order. */
  List<Draft> process(List<Draft> texts, boolean special);

  /** The post-processor that {@code settings} describe. */
  static PostProcessor read(Fields settings) {
    String type = settings.string("type");
    PostProcessor processor =
        switch (type) {
          case "Sequence" ->
              new InTurn(settings.objects("processors").stream().map(PostProcessor::read).toList());
          case "TemplateProcessing" -> Template.of(settings);
          case "BertProcessing" ->
              new Enclosing(special(settings, "cls"), special(settings, "sep"), false);
          case "RobertaProcessing" -> {
            PostProcessor enclosing =
                new Enclosing(special(settings, "cls"), special(settings, "sep"), true);
            TrimmedOffsets trimmed = TrimmedOffsets.of(settings);
            yield new InTurn(List.of(trimmed, enclosing));
          }
          case "ByteLevel" -> {
            settings.bool("use_regex", true); // says something only to the pre-tokenizer
            yield TrimmedOffsets.of(settings);
          }
          default -> throw settings.problem("type", "unknown post-processor \"" + type + "\"");
        };
    settings.finish();
    return processor;
  }

  private static Special special(Fields settings, String field) {
    List<JsonNode> pair = settings.array(field);
    if (pair.size() != 2) {
      throw settings.problem(field, "expected a token and its id");
    }
    return new Special(
        settings.string(field + "[0]", pair.get(0)), settings.integer(field + "[1]", pair.get(1)));
  }

  /**
   * A special token.
   *
   * @param token its string
   * @param id its id
   */
  record Special(String token, int id) {
    Draft draft(int type) {
      return Draft.special(id, token, type);
    }
  }

  /**
   * Several, one after the other.
   *
   * @param all in order
   */
  record InTurn(List<PostProcessor> all) implements PostProcessor {
    @Override
    public int added(boolean pair) {
      return all.stream().mapToInt(each -> each.added(pair)).sum();
    }

    @Override
    public List<Draft> process(List<Draft> texts, boolean special) {
      List<Draft> current = texts;
      for (PostProcessor each : all) {
        current = each.process(current, special);
      }
      return current;
    }
  }

  /**
   * BERT's and RoBERTa's way: [CLS] A [SEP] B [SEP], and &lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B
   * &lt;/s&gt;.
   *
   * @param begin first token
   * @param end token behind each text
   * @param roberta a second end between texts, and type 0 for all
   */
  record Enclosing(Special begin, Special end, boolean roberta) implements PostProcessor {
    @Override
    public int added(boolean pair) {
      return pair ? roberta ? 4 : 3 : 2;
    }

    @Override
    public List<Draft> process(List<Draft> texts, boolean special) {
      List<Draft> parts = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        Draft text = texts.get(i);
        if (roberta) {
          text.setTypes(0);
          text.overflowing().forEach(each -> each.setTypes(0));
        }
        if (!special) {
          parts.add(text);
          continue;
        }
        int type = roberta || i == 0 ? 0 : 1;
        if (i == 0) {
          parts.add(begin.draft(type));
        } else if (roberta) {
          parts.add(end.draft(type));
        }
        parts.add(text);
        parts.add(end.draft(type));
      }
      return parts;
    }
  }
}
