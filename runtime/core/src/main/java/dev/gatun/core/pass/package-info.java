/** Graph passes: each builds a new graph from an old one; Passes lists them in order. */
@NullMarked
package dev.gatun.core.pass;

import org.jspecify.annotations.NullMarked;
