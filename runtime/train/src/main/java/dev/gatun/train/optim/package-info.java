/** Optimizers as graph code, gradient clipping, constraints and averages of weights. */
@NullMarked
package dev.gatun.train.optim;

import org.jspecify.annotations.NullMarked;
