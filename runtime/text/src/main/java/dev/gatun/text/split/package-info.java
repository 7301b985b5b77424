/** Second step: pre-tokenizers, which cut the text into words. */
@NullMarked
package dev.gatun.text.split;

import org.jspecify.annotations.NullMarked;
