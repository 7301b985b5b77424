/** Operators that only ONNX has: text, images and classical learners. */
@NullMarked
package dev.gatun.formats.onnx.op;

import org.jspecify.annotations.NullMarked;
