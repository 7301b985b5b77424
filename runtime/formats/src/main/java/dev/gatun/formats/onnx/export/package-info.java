/** Graphs as ONNX files: one rule an operator, names, weights and the bytes of the file. */
@NullMarked
package dev.gatun.formats.onnx.export;

import org.jspecify.annotations.NullMarked;
