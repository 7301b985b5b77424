/** Tokenizers: text to token ids and back. */
@NullMarked
package dev.gatun.text;

import org.jspecify.annotations.NullMarked;
