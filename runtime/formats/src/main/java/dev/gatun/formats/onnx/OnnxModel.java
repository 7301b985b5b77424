package dev.gatun.formats.onnx;

import dev.gatun.core.exec.Model;

/**
 * An imported model and what its file says about itself.
 *
 * @param model the graph and the defaults of inputs that need not be given
 * @param info names, versions, operators
 */
public record OnnxModel(Model model, OnnxInfo info) {}
