/** What all benchmarks share: facts, figures and the roofs of the machine. */
@NullMarked
package dev.gatun.bench.measure;

import org.jspecify.annotations.NullMarked;
