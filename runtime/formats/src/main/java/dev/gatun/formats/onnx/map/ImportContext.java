package dev.gatun.formats.onnx.map;

import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Problem;
import dev.gatun.formats.onnx.proto.FunctionProto;
import dev.gatun.formats.onnx.proto.ModelProto;
import dev.gatun.formats.onnx.proto.TensorDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What all graphs of one model share while it is imported. */
final class ImportContext {
  // Functions that call functions can multiply a small file into any number of nodes.
  private static final int MAX_NODES = 200_000;
  private static final int MAX_PROBLEMS = 10_000;

  private final ModelProto model;
  private final TensorDecoder decoder;
  private final LoadOptions options;
  private final boolean inspecting;
  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Deque<String> calls = new ArrayDeque<>();
  private int nodes;

  ImportContext(ModelProto model, TensorDecoder decoder, LoadOptions options, boolean inspecting) {
    this.model = model;
    this.decoder = decoder;
    this.options = options;
    this.inspecting = inspecting;
    for (FunctionProto function : model.functions()) {
      if (functions.put(function.key(), function) != null) {
        invalid("function " + function.name(), "is defined twice");
      }
    }
  }

  String file() {
    return model.file();
  }

  TensorDecoder decoder() {
    return decoder;
  }

  LoadOptions options() {
    return options;
  }

  /** True when only problems are wanted, not the graph: then nothing is made up. */
  boolean isInspecting() {
    return inspecting;
  }

  Map<String, FunctionProto> functions() {
    return functions;
  }

  /** Functions that are being inlined. */
  Deque<String> calls() {
    return calls;
  }

  /** True when the model has more nodes than any real one: the import ends at once. */
  boolean isExhausted() {
    return nodes > MAX_NODES;
  }

  /** Counts a node. */
  void countNode() {
    if (++nodes > MAX_NODES) {
      throw new dev.gatun.formats.FormatException(
          model.file() + ": more than " + MAX_NODES + " nodes after inlining functions");
    }
  }

  void invalid(String where, String text) {
    report(new Problem(false, where, text));
  }

  void unsupported(String where, String text) {
    report(new Problem(true, where, text));
  }

  private void report(Problem problem) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem);
    }
  }

  List<Problem> problems() {
    return new ArrayList<>(problems);
  }
}
