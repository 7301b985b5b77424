package dev.gatun.formats.onnx.export;

import static java.util.Map.entry;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.formats.wire.Rope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Control flow: graphs inside of nodes. What Gatun hands to such a graph as its last inputs, ONNX
 * reads from outside by name.
 */
final class ControlExport {
  static final Map<String, ExportRule> TABLE =
      Map.ofEntries(
          entry("if", ControlExport::branch),
          entry("loop", ControlExport::loop),
          entry("scan", ControlExport::scan),
          entry("sequenceMap", ControlExport::sequenceMap));

  /**
   * A graph of which the first {@code own} inputs stay inputs; captures begin at a node's input.
   */
  private static Rope body(ExportNode n, String attr, int own, int captures) {
    Graph graph = n.attrs().graph(attr);
    String prefix = n.out().model().name(n.node().name() + "/" + attr) + "/";
    GraphWriter inner = new GraphWriter(n.out().model(), prefix);
    for (int i = 0; i < graph.inputs().size(); i++) {
      Value input = graph.inputs().get(i);
      if (i < own) {
        inner.input(input, n.out().model().name(prefix + input.name()));
      } else {
        inner.bind(input, n.in(captures + i - own));
      }
    }
    List<String> outputs = new ArrayList<>();
    for (String name : graph.outputNames()) {
      outputs.add(n.out().model().name(prefix + name));
    }
    return inner.write(graph, outputs);
  }

  private static String[] first(ExportNode n, int count) {
    return Arrays.copyOf(n.inputs(), Math.min(count, n.count()));
  }

  private static List<String> branch(ExportNode n) {
    return n.op(
        "If",
        Map.of("then_branch", body(n, "then", 0, 1), "else_branch", body(n, "else", 0, 1)),
        n.in(0));
  }

  private static List<String> loop(ExportNode n) {
    int states = n.attrs().intValue("stateCount");
    Map<String, Object> attributes = Map.of("body", body(n, "body", 2 + states, 2 + states));
    return n.op("Loop", attributes, first(n, 2 + states));
  }

  private static List<String> scan(ExportNode n) {
    int own = n.attrs().intValue("stateCount") + n.attrs().intValue("scanCount");
    Map<String, Object> attributes =
        new LinkedHashMap<>(
            Given.of(
                n.attrs(),
                "num_scan_inputs",
                "scanCount",
                "scan_input_axes",
                "inputAxes",
                "scan_input_directions",
                "inputDirections",
                "scan_output_axes",
                "outputAxes",
                "scan_output_directions",
                "outputDirections"));
    attributes.values().removeIf(value -> value instanceof List<?> list && list.isEmpty());
    attributes.put("body", body(n, "body", own, own));
    return n.op("Scan", attributes, first(n, own));
  }

  /** Inputs of the body are as many as the node has without captures. */
  private static List<String> sequenceMap(ExportNode n) {
    int own = n.attrs().graph("body").inputs().size();
    return n.op("SequenceMap", Map.of("body", body(n, "body", own, own)), first(n, own));
  }

  private ControlExport() {}
}
