/** Rules that map ONNX operators to Gatun's, one file a family. */
@NullMarked
package dev.gatun.formats.onnx.map;

import org.jspecify.annotations.NullMarked;
