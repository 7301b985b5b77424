/** Trainers: vocabularies from texts. */
@NullMarked
package dev.gatun.text.train;

import org.jspecify.annotations.NullMarked;
