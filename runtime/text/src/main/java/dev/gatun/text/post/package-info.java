/** Fourth step: encodings, their special tokens, truncation and padding. */
@NullMarked
package dev.gatun.text.post;

import org.jspecify.annotations.NullMarked;
