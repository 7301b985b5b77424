/** The way back: decoders, from tokens to text. */
@NullMarked
package dev.gatun.text.decode;

import org.jspecify.annotations.NullMarked;
