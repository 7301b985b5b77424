/** Steps of training side by side: Gatun and PyTorch on the same nets, weights and batches. */
@NullMarked
package dev.gatun.bench.train;

import org.jspecify.annotations.NullMarked;
