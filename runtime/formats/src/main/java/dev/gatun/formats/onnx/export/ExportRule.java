package dev.gatun.formats.onnx.export;

import java.util.List;

/** Writes one operator of a graph as ONNX operators. */
@FunctionalInterface
interface ExportRule {
  /**
   * Adds the nodes and gives the names of the results; none if these attributes or types have no
   * ONNX operator of their own: the node is then taken apart.
   */
  List<String> write(ExportNode n);
}
