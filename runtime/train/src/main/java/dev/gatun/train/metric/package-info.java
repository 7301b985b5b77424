/** Metrics: numbers that say how good predictions are, gathered batch by batch. */
@NullMarked
package dev.gatun.train.metric;

import org.jspecify.annotations.NullMarked;
