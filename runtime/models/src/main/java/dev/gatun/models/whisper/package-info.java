/** Whisper. */
@NullMarked
package dev.gatun.models.whisper;

import org.jspecify.annotations.NullMarked;
