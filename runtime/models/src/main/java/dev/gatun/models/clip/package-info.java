/** CLIP. */
@NullMarked
package dev.gatun.models.clip;

import org.jspecify.annotations.NullMarked;
