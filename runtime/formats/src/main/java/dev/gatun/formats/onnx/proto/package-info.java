/** The messages of an ONNX file as records, and their decoding. */
@NullMarked
package dev.gatun.formats.onnx.proto;

import org.jspecify.annotations.NullMarked;
