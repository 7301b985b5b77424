/** GPT-2. */
@NullMarked
package dev.gatun.models.gpt2;

import org.jspecify.annotations.NullMarked;
