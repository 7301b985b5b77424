/**
 * Kernels: static methods on raw {@code long} addresses, one operator family a file.
 *
 * <p>They check nothing; the plan that calls them proves its bounds beforehand.
 */
@NullMarked
package dev.gatun.kernels;

import org.jspecify.annotations.NullMarked;
