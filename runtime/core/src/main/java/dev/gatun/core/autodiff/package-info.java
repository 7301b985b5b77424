/** Gradients of graphs, as graphs. */
@NullMarked
package dev.gatun.core.autodiff;

import org.jspecify.annotations.NullMarked;
