package dev.gatun.train.inspect;

/**
 * What a layer's values were over all samples that were looked at. A unit is a channel (axis 1) of
 * [N, C, H, W...], else an element of the last axis.
 *
 * @param layer its name
 * @param kind what it is, such as {@code dense} or {@code relu}
 * @param mean of its outputs
 * @param deviation of its outputs
 * @param zeros share of outputs that are zero
 * @param dead share of units whose outputs are zero for every sample
 * @param saturated share of outputs within a hundredth of a bound of a bounded activation
 * @param gradient length of the loss's gradient with respect to the outputs
 * @param activation whether it is an activation function
 * @param histogram of what an activation is applied to (pre-activations), else of the outputs
 */
public record LayerStatistics(
    String layer,
    String kind,
    double mean,
    double deviation,
    double zeros,
    double dead,
    double saturated,
    double gradient,
    boolean activation,
    Histogram histogram) {}
