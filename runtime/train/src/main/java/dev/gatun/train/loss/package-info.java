/** Loss functions as functions of graph values. */
@NullMarked
package dev.gatun.train.loss;

import org.jspecify.annotations.NullMarked;
