/** Tests of the tokenizers. */
@NullMarked
package dev.gatun.text;

import org.jspecify.annotations.NullMarked;
