/** Models side by side: Gatun and ONNX Runtime on the same file and the same inputs. */
@NullMarked
package dev.gatun.bench.compare;

import org.jspecify.annotations.NullMarked;
