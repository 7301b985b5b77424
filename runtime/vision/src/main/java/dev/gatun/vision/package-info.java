/** Pictures and boxes. */
@NullMarked
package dev.gatun.vision;

import org.jspecify.annotations.NullMarked;
