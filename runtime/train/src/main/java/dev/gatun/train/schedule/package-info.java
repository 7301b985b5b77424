/** Learning rates over time. */
@NullMarked
package dev.gatun.train.schedule;

import org.jspecify.annotations.NullMarked;
