package dev.gatun.formats.onnx.export;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.onnx.OnnxException;
import dev.gatun.formats.onnx.Problem;
import dev.gatun.formats.wire.Rope;
import dev.gatun.formats.wire.WireWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One file: names that are unique in all of its graphs, weights, and what cannot be written. */
public final class ModelWriter {
  /**
   * Opset 21 (May 2024): the newest in which every engine in use is at home; attention, RMS norm
   * and rotary embedding, which are newer, are written as what they consist of.
   */
  static final long OPSET = 21;

  private static final long IR_VERSION = 10;

  // Small tensors stay in the model: engines look at shapes and axes before they map weights.
  private static final long SMALL = 1024;

  // Mapped files begin at pages.
  private static final int ALIGNMENT = 4096;

  private final Path file;
  private final Set<String> names = new HashSet<>();
  private final Map<Tensor, String> small = new HashMap<>();
  private final IdentityHashMap<Tensor, String> large = new IdentityHashMap<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private int counter;

  private ModelWriter(Path file) {
    this.file = file;
    names.add("");
  }

  /**
   * Writes a model.
   *
   * @param maxInline bytes of weights beyond which they go to {@code <file>.data}
   */
  public static void write(Model model, Path file, long maxInline) {
    new ModelWriter(file).run(model, maxInline);
  }

  private void run(Model model, long maxInline) {
    Graph graph = model.graph();
    graph.inputs().forEach(input -> names.add(input.name()));
    names.addAll(graph.outputNames());
    GraphWriter writer = new GraphWriter(this, "");
    for (Value input : graph.inputs()) {
      writer.input(input, input.name());
      Tensor byDefault = model.defaults().get(input.name());
      if (byDefault != null) {
        weights.put(input.name(), byDefault);
      }
    }
    Rope body = writer.write(graph, graph.outputNames());
    if (!problems.isEmpty()) {
      throw new OnnxException(file.toString(), problems);
    }
    long bytes = body.size();
    for (Tensor weight : weights.values()) {
      bytes += weight.bytes();
    }
    Rope data = new Rope();
    for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
      body.message(5, initializer(weight.getKey(), weight.getValue(), bytes > maxInline, data));
    }
    Rope whole = new Rope();
    whole.add(
        new WireWriter()
            .integer(1, IR_VERSION)
            .text(2, "gatun")
            .message(8, new WireWriter().text(1, "").integer(2, OPSET))
            .toBytes());
    whole.message(7, body);
    if (data.size() > 0) {
      data.save(dataFile());
    }
    whole.save(file);
  }

  private Rope initializer(String name, Tensor tensor, boolean external, Rope data) {
    if (!external || tensor.dtype() == DType.STRING || tensor.bytes() < SMALL) {
      return Encoding.tensor(name, tensor);
    }
    data.pad(ALIGNMENT);
    long offset = data.size();
    data.add(Encoding.bytes(tensor));
    Rope proto = new Rope();
    proto.add(
        Encoding.header(name, tensor)
            .message(13, entry("location", String.valueOf(dataFile().getFileName())))
            .message(13, entry("offset", Long.toString(offset)))
            .message(13, entry("length", Long.toString(data.size() - offset)))
            .integer(14, 1)
            .toBytes());
    return proto;
  }

  private static WireWriter entry(String key, String value) {
    return new WireWriter().text(1, key).text(2, value);
  }

  private Path dataFile() {
    return file.resolveSibling(file.getFileName() + ".data");
  }

  /** A name that nothing has yet, in any graph: the wanted one if it is free. */
  String name(String wanted) {
    String base = wanted.isEmpty() ? "v" : wanted;
    String candidate = base;
    while (!names.add(candidate)) {
      candidate = base + "_" + counter++;
    }
    return candidate;
  }

  /** The name of a constant; equal small ones are one. */
  String constant(Tensor tensor, String wanted) {
    boolean isSmall = tensor.dtype() == DType.STRING || tensor.bytes() < SMALL;
    String old = isSmall ? small.get(tensor) : large.get(tensor);
    if (old != null) {
      return old;
    }
    String name = name(wanted);
    if (isSmall) {
      small.put(tensor, name);
    } else {
      large.put(tensor, name);
    }
    weights.put(name, tensor);
    return name;
  }

  void problem(String where, String text) {
    problems.add(new Problem(true, where, text));
  }
}
