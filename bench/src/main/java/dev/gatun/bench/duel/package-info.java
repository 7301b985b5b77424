/** Two engines in turn on the same contestants: processes, rounds, results. */
@NullMarked
package dev.gatun.bench.duel;

import org.jspecify.annotations.NullMarked;
