/** Tests of the patterns. */
@NullMarked
package dev.gatun.text.jinja;

import org.jspecify.annotations.NullMarked;
