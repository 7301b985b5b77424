/** GGUF files, written small and read again. */
@NullMarked
package dev.gatun.models.gguf;

import org.jspecify.annotations.NullMarked;
