/** Llama and decoders like it. */
@NullMarked
package dev.gatun.models.llama;

import org.jspecify.annotations.NullMarked;
