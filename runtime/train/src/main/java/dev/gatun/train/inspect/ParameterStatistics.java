package dev.gatun.train.inspect;

/**
 * A parameter and its gradient.
 *
 * @param layer name of the layer that it belongs to
 * @param elements how many numbers it has
 * @param norm its length
 * @param gradient length of the loss's gradient with respect to it; the root mean square over
 *     batches when there were several
 * @param uniform whether all elements are the same number, which nothing can tell apart
 * @param matrix whether it has two or more axes
 * @param update how far the latest step moved it, by its length; NaN where that was not watched
 */
public record ParameterStatistics(
    String name,
    String layer,
    long elements,
    double norm,
    double gradient,
    boolean uniform,
    boolean matrix,
    double update) {
  ParameterStatistics updated(double ratio) {
    return new ParameterStatistics(name, layer, elements, norm, gradient, uniform, matrix, ratio);
  }
}
