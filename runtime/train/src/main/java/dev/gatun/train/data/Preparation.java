package dev.gatun.train.data;

import java.util.function.UnaryOperator;

/**
 * A change of one field that was fitted on training data, and is the same ever after: for
 * validation, test and serving.
 *
 * <p>Fit it on the training part of a split only; {@link Preparations} writes and reads it.
 */
public sealed interface Preparation extends UnaryOperator<Sample>
    permits Scaling, Filling, Bounds, OneHot {
  /** The field that is changed. */
  String field();

  /** The sample with the field changed. */
  @Override
  Sample apply(Sample sample);
}
