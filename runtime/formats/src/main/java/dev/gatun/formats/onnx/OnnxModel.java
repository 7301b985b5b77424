package dev.gatun.formats.onnx;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.tensor.Tensor;
import java.util.Map;

/**
 * An imported model.
 *
 * @param graph the model in Gatun's operators
 * @param defaults values of graph inputs that need not be given
 * @param info what the file says about itself
 */
public record OnnxModel(Graph graph, Map<String, Tensor> defaults, OnnxInfo info) {}
