package dev.gatun.models.gguf;

import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FormatException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What published files call a GGUF file's tensors, and how they lay them out: GPT-2's matrices are
 * the other way round there, and Llama's queries and keys have the two numbers of a turn side by
 * side here, half a head apart there.
 *
 * @param block what the layers are called there
 * @param parts names within a layer
 * @param others names outside of layers
 * @param swapped parts that are transposed
 * @param heads of each part whose rows are put in order
 */
record GgufNames(
    String where,
    String block,
    Map<String, String> parts,
    Map<String, String> others,
    List<String> swapped,
    Map<String, Long> heads) {
  private static final Pattern LAYER =
      Pattern.compile("blk\\.(\\d{1,6})\\.([a-z_]+)\\.(weight|bias)");
  private static final Pattern OTHER = Pattern.compile("([a-z_]+)\\.(weight|bias)");

  private static final Map<String, String> GPT2 =
      Map.of(
          "attn_norm", "ln_1",
          "attn_qkv", "attn.c_attn",
          "attn_output", "attn.c_proj",
          "ffn_norm", "ln_2",
          "ffn_up", "mlp.c_fc",
          "ffn_down", "mlp.c_proj");
  private static final Map<String, String> LLAMA =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  static GgufNames of(GgufMetadata m) {
    return switch (m.architecture()) {
      case "gpt2" ->
          new GgufNames(
              m.where(),
              "transformer.h",
              GPT2,
              Map.of(
                  "token_embd", "transformer.wte",
                  "position_embd", "transformer.wpe",
                  "output_norm", "transformer.ln_f",
                  "output", "lm_head"),
              List.of("attn_qkv", "attn_output", "ffn_up", "ffn_down"),
              Map.of());
      case "llama" -> llama(m, true);
      case "qwen2", "qwen3" -> llama(m, false);
      default ->
          throw new FormatException(
              m.where()
                  + ": general.architecture is '"
                  + m.architecture()
                  + "'; known are gpt2, llama (Mistral too), qwen2, qwen3");
    };
  }

  private static GgufNames llama(GgufMetadata m, boolean sideBySide) {
    long heads = m.required(m.own("attention.head_count"), m::whole);
    long keys = m.whole(m.own("attention.head_count_kv")).orElse(heads);
    return new GgufNames(
        m.where(),
        "model.layers",
        LLAMA,
        Map.of(
            "token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head"),
        List.of(),
        sideBySide ? Map.of("attn_q", heads, "attn_k", keys) : Map.of());
  }

  /** The key in published files. */
  String key(String name) {
    Matcher layer = LAYER.matcher(name);
    if (layer.matches() && parts.containsKey(layer.group(2))) {
      return block + "." + layer.group(1) + "." + parts.get(layer.group(2)) + "." + layer.group(3);
    }
    Matcher other = OTHER.matcher(name);
    if (other.matches() && others.containsKey(other.group(1))) {
      return others.get(other.group(1)) + "." + other.group(2);
    }
    throw new FormatException(
        where + ": the tensor '" + name + "' is not known; known in a layer are " + parts.keySet());
  }

  /** The numbers as published files have them. */
  Tensor value(String name, Tensor tensor) {
    Matcher layer = LAYER.matcher(name);
    if (!layer.matches()) {
      return tensor;
    }
    String part = layer.group(2);
    Shape shape = tensor.shape();
    if (swapped.contains(part) && shape.rank() == 2) {
      return Tensor.computed(
          tensor.dtype(), Shape.of(shape.size(1), shape.size(0)), new Swapped(tensor));
    }
    Long count = heads.get(part);
    if (count == null) {
      return tensor;
    }
    if (shape.rank() == 0 || count < 1 || shape.size(0) % (2 * count) != 0) {
      throw new FormatException(
          where + ", tensor '" + name + "': " + shape + " are no pairs of " + count + " heads");
    }
    return Tensor.computed(tensor.dtype(), shape, new Apart(tensor, count));
  }

  /** A matrix the other way round. */
  private record Swapped(Tensor from) implements Recipe {
    @Override
    public void write(MemorySegment to) {
      MemorySegment source = from.data();
      long rows = from.shape().size(0);
      long columns = from.shape().size(1);
      long bytes = from.dtype().bytes();
      for (long r = 0; r < rows; r++) {
        for (long c = 0; c < columns; c++) {
          MemorySegment.copy(source, (r * columns + c) * bytes, to, (c * rows + r) * bytes, bytes);
        }
      }
    }
  }

  /** Rows that turn together, side by side in each head, put half a head apart. */
  private record Apart(Tensor from, long heads) implements Recipe {
    @Override
    public void write(MemorySegment to) {
      MemorySegment source = from.data();
      long rows = from.shape().size(0);
      long bytes = source.byteSize() / rows;
      long pairs = rows / heads / 2;
      for (long r = 0; r < rows; r++) {
        long head = r / (2 * pairs);
        long half = r / pairs % 2;
        long at = head * 2 * pairs + r % pairs * 2 + half;
        MemorySegment.copy(source, at * bytes, to, r * bytes, bytes);
      }
    }
  }
}
