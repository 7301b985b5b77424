/** Patterns of tokenizer files: Oniguruma's syntax, matched by the JDK. */
@NullMarked
package dev.gatun.text.regex;

import org.jspecify.annotations.NullMarked;
