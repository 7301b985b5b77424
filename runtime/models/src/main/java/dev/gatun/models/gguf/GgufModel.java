package dev.gatun.models.gguf;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Gguf;
import dev.gatun.models.family.Config;
import dev.gatun.text.ChatTemplate;
import dev.gatun.text.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a GGUF file of a decoder says, in the words of published folders: config.json, the keys of
 * weights, tokenizer and chat template.
 */
public final class GgufModel {
  private final GgufMetadata metadata;
  private final Map<String, Tensor> tensors;
  private final GgufNames names;

  private GgufModel(GgufMetadata metadata, Map<String, Tensor> tensors, GgufNames names) {
    this.metadata = metadata;
    this.tensors = tensors;
    this.names = names;
  }

  /**
   * Reads a file; what it holds stays where it is until somebody asks for it.
   *
   * @throws GatunException if it is damaged or of an architecture that is not known
   */
  public static GgufModel read(Path file) {
    Gguf gguf = Gguf.read(file);
    GgufMetadata metadata = new GgufMetadata(file.toString(), gguf.metadata());
    return new GgufModel(metadata, gguf.tensors(), GgufNames.of(metadata));
  }

  /** The options of the network. */
  public Config config() {
    return GgufConfig.of(metadata, tensors);
  }

  /** Tensors by the keys that published files have for them. */
  public Map<String, Tensor> weights() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (!name.equals(GgufConfig.TURNS)) { // part of the config
            all.put(names.key(name), names.value(name, tensor));
          }
        });
    return all;
  }

  /** The tokenizer. */
  public Tokenizer tokenizer() {
    return Tokenizer.parse(GgufTokenizer.json(metadata));
  }

  /** How conversations are written, if the file says so. */
  public Optional<ChatTemplate> chat() {
    Optional<String> template = metadata.text("tokenizer.chat_template");
    Map<String, String> special = new LinkedHashMap<>();
    List<Object> tokens = metadata.list("tokenizer.ggml.tokens");
    for (String kind : List.of("bos", "eos")) {
      metadata
          .whole("tokenizer.ggml." + kind + "_token_id")
          .filter(id -> id >= 0 && id < tokens.size())
          .ifPresent(id -> special.put(kind + "_token", tokens.get(id.intValue()).toString()));
    }
    return template.map(text -> ChatTemplate.of(text, special));
  }
}
