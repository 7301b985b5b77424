package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Gguf;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.gguf.GgufModel;
import dev.gatun.text.ChatTemplate;
import dev.gatun.text.Encoding;
import dev.gatun.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A network of a folder, or of a .gguf file, and its tokenizer. */
record TextFolder(Path folder, Pretrained model, Tokenizer tokenizer) implements AutoCloseable {
  private static final List<String> BESIDE =
      List.of("tokenizer_config.json", "special_tokens_map.json");

  static TextFolder load(Path folder, SessionOptions options) {
    return load(folder, LoadOptions.DEFAULT, options);
  }

  static TextFolder load(Path folder, LoadOptions load, SessionOptions options) {
    if (Gguf.isOne(folder)) {
      GgufModel file = GgufModel.read(folder);
      return loaded(folder, load, options, file::tokenizer);
    }
    Path file = folder.resolve("tokenizer.json");
    if (Files.isDirectory(folder) && !Files.isRegularFile(file)) {
      throw new GatunException(
          file + ": no such file; texts need a tokenizer, as published beside the weights");
    }
    return loaded(folder, load, options, () -> Tokenizer.load(file));
  }

  private static TextFolder loaded(
      Path folder, LoadOptions load, SessionOptions options, Supplier<Tokenizer> tokenizer) {
    Pretrained model = Pretrained.load(folder, load).with(options);
    try {
      return new TextFolder(folder, model, tokenizer.get());
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** How conversations are written, if the files say so. */
  Optional<ChatTemplate> chat() {
    return Gguf.isOne(folder) ? GgufModel.read(folder).chat() : ChatTemplate.load(folder);
  }

  /** Most tokens that the network has positions for, 0 for any number. */
  int most() {
    long rows = 0;
    for (var entry : model.weights().entrySet()) {
      if (entry.getKey().matches(".*(position_embeddings|wpe|embed_positions)\\.weight")) {
        long here = entry.getValue().shape().size(0);
        rows = rows == 0 ? here : Math.min(rows, here);
      }
    }
    // The first rows of these tables are for padding.
    boolean offset =
        List.of("roberta", "xlm-roberta", "camembert", "bart")
            .contains(model.config().text("model_type", ""));
    return Math.toIntExact(Math.max(0, offset ? rows - 2 : rows));
  }

  /** The token that fills rows up. */
  long padding() {
    return Math.max(0, model.config().integer("pad_token_id", 0));
  }

  /** The tokenizer without padding, for no more tokens than the network and its file say. */
  Tokenizer cutting() {
    Tokenizer whole = tokenizer.withoutPadding();
    int most = most();
    int limit = whole.truncation().orElse(most);
    int least = most == 0 ? limit : Math.min(most, limit);
    return least == 0 ? whole : whole.withTruncation(least, 0);
  }

  /** The same with another network, for texts of so many tokens. */
  TextFolder with(Pretrained other, int words) {
    return new TextFolder(folder, other, tokenizer.withTruncation(words, 0));
  }

  /** Writes what {@link #load} reads, and the files about texts that lie beside it. */
  void save(Path target) {
    model.save(target);
    tokenizer.save(target.resolve("tokenizer.json"));
    for (String name : BESIDE) {
      Path from = folder.resolve(name);
      if (Files.isRegularFile(from)) {
        try {
          Files.copy(from, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
          throw new GatunException(target.resolve(name) + ": cannot be written: " + e, e);
        }
      }
    }
  }

  /** The inputs of encodings, padded behind to the longest. */
  Map<String, Tensor> inputs(List<Encoding> encodings) {
    int rows = encodings.size();
    int width = encodings.stream().mapToInt(Encoding::length).max().orElse(0);
    if (width == 0) {
      throw new GatunException("there are no words in the text");
    }
    long padding = padding();
    long[] ids = new long[rows * width];
    long[] mask = new long[rows * width];
    long[] types = new long[rows * width];
    boolean even = true;
    for (int r = 0; r < rows; r++) {
      Encoding encoding = encodings.get(r);
      even &= encoding.length() == width;
      for (int t = 0; t < width; t++) {
        boolean inside = t < encoding.length();
        ids[r * width + t] = inside ? encoding.ids()[t] : padding;
        mask[r * width + t] = inside ? 1 : 0;
        types[r * width + t] = inside ? encoding.typeIds()[t] : 0;
      }
    }
    Shape shape = Shape.of(rows, width);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.whole(DType.I64, shape, ids));
    List<String> names = model.architecture().names();
    if (!even && names.contains("attention_mask")) {
      inputs.put("attention_mask", Tensor.whole(DType.I64, shape, mask));
    }
    if (names.contains("token_type_ids")) {
      inputs.put("token_type_ids", Tensor.whole(DType.I64, shape, types));
    }
    return inputs;
  }

  /** A result of the network. */
  Tensor result(Map<String, Tensor> inputs, String name) {
    Map<String, Tensor> results = model.predict(inputs);
    Tensor result = results.get(name);
    if (result == null) {
      throw new GatunException(
          folder
              + ": the network gives "
              + results.keySet()
              + ", not '"
              + name
              + "'; its class is "
              + model.config().texts("architectures"));
    }
    return result;
  }

  @Override
  public void close() {
    model.close();
  }
}
