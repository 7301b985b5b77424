/** Third step: models, which cut words into tokens of the vocabulary. */
@NullMarked
package dev.gatun.text.model;

import org.jspecify.annotations.NullMarked;
