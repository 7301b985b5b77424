/** Runs directories of ONNX backend tests. */
@NullMarked
package dev.gatun.formats.onnx.conformance;

import org.jspecify.annotations.NullMarked;
