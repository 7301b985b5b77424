/** Vision transformers. */
@NullMarked
package dev.gatun.models.vit;

import org.jspecify.annotations.NullMarked;
