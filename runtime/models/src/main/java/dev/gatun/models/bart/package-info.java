/** BART. */
@NullMarked
package dev.gatun.models.bart;

import org.jspecify.annotations.NullMarked;
