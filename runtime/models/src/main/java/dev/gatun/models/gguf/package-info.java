/** GGUF files: their metadata as a config and a tokenizer, their tensors under published names. */
@NullMarked
package dev.gatun.models.gguf;

import org.jspecify.annotations.NullMarked;
