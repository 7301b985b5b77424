package dev.gatun.text;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import dev.gatun.text.jinja.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a model wants a conversation written: the {@code chat_template} of its files, a template of
 * Jinja, and the special tokens that it names. Immutable.
 *
 * <p>The text has its special tokens already: encode it without adding any.
 */
public final class ChatTemplate {
  private static final JsonMapper JSON = JsonMapper.shared();
  private final Template template;
  private final Map<String, String> tokens;

  private ChatTemplate(Template template, Map<String, String> tokens) {
    this.template = template;
    this.tokens = new LinkedHashMap<>(tokens);
  }

  /**
   * Something that somebody has said.
   *
   * @param role such as system, user or assistant
   */
  public record Message(String role, String content) {}

  /**
   * A template.
   *
   * @param tokens values of names such as {@code bos_token}
   * @throws GatunException with the line of what is wrong or not supported
   */
  public static ChatTemplate of(String template, Map<String, String> tokens) {
    return new ChatTemplate(Template.of(template), tokens);
  }

  /**
   * The template of a model's folder: of {@code chat_template.jinja}, or of {@code
   * tokenizer_config.json}, the one called {@code default} if there are several.
   */
  public static Optional<ChatTemplate> load(Path folder) {
    Path config = folder.resolve("tokenizer_config.json");
    Path file = folder.resolve("chat_template.jinja");
    try {
      JsonNode root =
          Files.exists(config) ? JSON.readTree(config.toFile()) : JSON.createObjectNode();
      Optional<String> text =
          Files.exists(file) ? Optional.of(Files.readString(file)) : inConfig(root, config);
      return text.map(t -> named(t, tokens(root), Files.exists(file) ? file : config));
    } catch (IOException | JacksonException e) {
      throw new FormatException(config + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static ChatTemplate named(String text, Map<String, String> tokens, Path file) {
    try {
      return of(text, tokens);
    } catch (GatunException e) {
      throw new GatunException(file + ": " + e.getMessage(), e);
    }
  }

  private static Optional<String> inConfig(JsonNode root, Path config) {
    JsonNode template = root.get("chat_template");
    if (template == null || template.isNull()) {
      return Optional.empty();
    }
    if (template.isString()) {
      return Optional.of(template.asString());
    }
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode each : template) {
      String name = each.path("name").asString("");
      names.add(name);
      if (name.equals("default")) {
        return Optional.of(each.path("template").asString(""));
      }
    }
    throw new GatunException(config + ": no chat template is called 'default'; there are " + names);
  }

  private static Map<String, String> tokens(JsonNode root) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      JsonNode value = entry.getValue();
      if (entry.getKey().endsWith("_token")) {
        JsonNode content = value.isObject() ? value.path("content") : value;
        if (content.isString()) {
          tokens.put(entry.getKey(), content.asString());
        }
      }
    }
    return tokens;
  }

  /**
   * The text of a conversation.
   *
   * @param answer whether an answer of the model is to follow
   */
  public String render(List<Message> messages, boolean answer) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("role", message.role());
      one.put("content", message.content());
      all.add(one);
    }
    return render(all, answer, Map.of());
  }

  /**
   * The text of a conversation with more than texts in it.
   *
   * @param messages with role, content, tool calls and whatever the template knows
   * @param more values by name, such as tools
   */
  public String render(
      List<? extends Map<String, ?>> messages,
      boolean answer,
      Map<String, ? extends @Nullable Object> more) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(tokens);
    values.put("messages", messages);
    values.put("add_generation_prompt", answer);
    values.putAll(more);
    return template.render(values);
  }

  /** Special tokens by the name that templates have for them. */
  public Map<String, String> tokens() {
    return Map.copyOf(tokens);
  }
}
