/** Networks from a hub. */
@NullMarked
package dev.gatun.models.hub;

import org.jspecify.annotations.NullMarked;
