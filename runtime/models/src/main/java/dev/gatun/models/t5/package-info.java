/** T5. */
@NullMarked
package dev.gatun.models.t5;

import org.jspecify.annotations.NullMarked;
