/** Words one after the other: caches, samplers, searches. */
@NullMarked
package dev.gatun.models.generate;

import org.jspecify.annotations.NullMarked;
