package dev.gatun.text;

import dev.gatun.text.decode.Decoder;
import dev.gatun.text.json.Fields;
import dev.gatun.text.model.Model;
import dev.gatun.text.normal.TextNormalizer;
import dev.gatun.text.post.Padding;
import dev.gatun.text.post.PostProcessor;
import dev.gatun.text.post.Truncation;
import dev.gatun.text.split.PreTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parts of a {@code tokenizer.json}.
 *
 * @param shell the settings of normalizer, pre-tokenizer, post-processor and decoder as read
 * @param added added tokens
 * @param normalizer first step
 * @param preTokenizer second step
 * @param model third step
 * @param postProcessor fourth step
 * @param decoder the way back
 * @param truncation longest encoding
 * @param padding one length for all
 */
record TokenizerFile(
    ObjectNode shell,
    AddedVocabulary added,
    @Nullable TextNormalizer normalizer,
    @Nullable PreTokenizer preTokenizer,
    Model model,
    @Nullable PostProcessor postProcessor,
    @Nullable Decoder decoder,
    @Nullable Truncation truncation,
    @Nullable Padding padding) {
  private static final List<String> STEPS =
      List.of("normalizer", "pre_tokenizer", "post_processor", "decoder");

  static TokenizerFile load(Path path) {
    return read(Fields.read(path));
  }

  static TokenizerFile parse(String json) {
    return read(Fields.parse("tokenizer", json));
  }

  private static TokenizerFile read(Fields file) {
    String version = file.string("version", "1.0");
    if (!version.equals("1.0")) {
      throw file.problem("version", "unknown version \"" + version + "\"; known: 1.0");
    }
    Fields normal = file.objectOrNull("normalizer");
    Fields cut = file.objectOrNull("pre_tokenizer");
    Fields post = file.objectOrNull("post_processor");
    Fields decode = file.objectOrNull("decoder");
    Fields truncate = file.objectOrNull("truncation");
    Fields pad = file.objectOrNull("padding");
    TextNormalizer normalizer = normal == null ? null : TextNormalizer.read(normal);
    Model model = Model.read(file.object("model"));
    TokenizerFile parts =
        new TokenizerFile(
            shell(file.node()),
            new AddedVocabulary(added(file, model), normalizer),
            normalizer,
            cut == null ? null : PreTokenizer.read(cut),
            model,
            post == null ? null : PostProcessor.read(post),
            decode == null ? null : Decoder.read(decode),
            truncate == null ? null : Truncation.read(truncate),
            pad == null ? null : Padding.read(pad));
    file.finish();
    return parts;
  }

  private static ObjectNode shell(ObjectNode file) {
    ObjectNode shell = JsonMapper.shared().createObjectNode();
    for (String step : STEPS) {
      JsonNode value = file.get(step);
      if (value == null) {
        shell.putNull(step);
      } else {
        shell.set(step, value.deepCopy());
      }
    }
    return shell;
  }

  /** Added tokens; an id must be the model's own, or one that the model does not use. */
  private static List<AddedToken> added(Fields file, Model model) {
    List<AddedToken> tokens = new ArrayList<>();
    if (!file.has("added_tokens")) {
      return tokens;
    }
    int i = 0;
    for (Fields settings : file.objects("added_tokens")) {
      AddedToken token = AddedToken.read(settings);
      String place = "added_tokens[" + i++ + "]";
      int known = model.id(token.content());
      String other = model.token(token.id());
      if (known >= 0 && known != token.id()) {
        throw file.problem(
            place,
            "\"%s\" has id %d here and %d in the vocabulary"
                .formatted(token.content(), token.id(), known));
      }
      if (known < 0 && other != null) {
        throw file.problem(
            place,
            "\"%s\" has id %d, which is \"%s\" in the vocabulary"
                .formatted(token.content(), token.id(), other));
      }
      if (token.content().isEmpty()) {
        throw file.problem(place, "empty token");
      }
      tokens.add(token);
    }
    return tokens;
  }

  TokenizerFile with(@Nullable Truncation newTruncation, @Nullable Padding newPadding) {
    return new TokenizerFile(
        shell,
        added,
        normalizer,
        preTokenizer,
        model,
        postProcessor,
        decoder,
        newTruncation,
        newPadding);
  }

  String toJson() {
    ObjectNode file = JsonMapper.shared().createObjectNode();
    file.put("version", "1.0");
    if (truncation == null) {
      file.putNull("truncation");
    } else {
      truncation.write(file.putObject("truncation"));
    }
    if (padding == null) {
      file.putNull("padding");
    } else {
      padding.write(file.putObject("padding"));
    }
    ArrayNode tokens = file.putArray("added_tokens");
    added.tokens().forEach(token -> token.write(tokens.addObject()));
    for (String step : STEPS) {
      file.set(step, shell.get(step));
    }
    model.write(file.putObject("model"));
    return JsonMapper.shared().writeValueAsString(file);
  }
}
