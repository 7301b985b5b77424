/** Kernels against the roofs of the machine, oneDNN, OpenBLAS and scalar code. */
@NullMarked
package dev.gatun.bench.kernels;

import org.jspecify.annotations.NullMarked;
