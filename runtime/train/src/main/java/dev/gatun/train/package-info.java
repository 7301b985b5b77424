/** The trainer: fits networks to data, watched by listeners, kept in checkpoints. */
@NullMarked
package dev.gatun.train;

import org.jspecify.annotations.NullMarked;
