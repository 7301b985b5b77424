/** What goes on inside a network while it trains: activations, gradients, and what they mean. */
@NullMarked
package dev.gatun.train.inspect;

import org.jspecify.annotations.NullMarked;
