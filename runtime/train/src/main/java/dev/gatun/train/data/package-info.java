/** Data on the way to training: sources, order, transformations, batches. */
@NullMarked
package dev.gatun.train.data;

import org.jspecify.annotations.NullMarked;
