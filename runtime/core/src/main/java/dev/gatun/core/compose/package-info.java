/** Finds, in the primitives that exporters write, the composite operators they stand for. */
@NullMarked
package dev.gatun.core.compose;

import org.jspecify.annotations.NullMarked;
