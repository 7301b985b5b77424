/** wav2vec 2.0. */
@NullMarked
package dev.gatun.models.wav2vec2;

import org.jspecify.annotations.NullMarked;
