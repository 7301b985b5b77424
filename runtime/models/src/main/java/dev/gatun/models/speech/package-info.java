/** Speech to text. */
@NullMarked
package dev.gatun.models.speech;

import org.jspecify.annotations.NullMarked;
