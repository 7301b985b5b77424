/** Scalar expressions: what a pointwise operator computes for one element. */
@NullMarked
package dev.gatun.core.expr;

import org.jspecify.annotations.NullMarked;
