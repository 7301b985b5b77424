/** ONNX models: import and inspection. */
@NullMarked
package dev.gatun.formats.onnx;

import org.jspecify.annotations.NullMarked;
