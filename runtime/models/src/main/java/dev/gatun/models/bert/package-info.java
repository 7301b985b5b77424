/** BERT and encoders like it. */
@NullMarked
package dev.gatun.models.bert;

import org.jspecify.annotations.NullMarked;
