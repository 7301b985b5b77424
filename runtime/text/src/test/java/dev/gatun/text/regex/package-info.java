/** Tests of the patterns. */
@NullMarked
package dev.gatun.text.regex;

import org.jspecify.annotations.NullMarked;
