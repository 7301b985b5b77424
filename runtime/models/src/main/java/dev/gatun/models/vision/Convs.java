package dev.gatun.models.vision;

import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Convolution;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import java.util.function.UnaryOperator;

/** Convolutions with norms, under the names that state dicts have. */
final class Convs {
  /** A convolution with a bias. */
  static Flow conv(Flow x, String name, long filters, long kernel, UnaryOperator<Convolution> o) {
    Convolution conv =
        Layers.conv2d(filters, kernel)
            .weights(Initializers.heNormal())
            .biases(Initializers.zeros());
    return x.named(name).then(o.apply(conv));
  }

  /** A batch norm. */
  static Flow norm(Flow x, String name, double epsilon) {
    return x.named(name).then(Layers.batchNorm().epsilon(epsilon));
  }

  /** A convolution without bias, a batch norm and an activation, named apart. */
  static Flow normed(
      Flow x,
      String conv,
      String norm,
      double epsilon,
      Layer activation,
      long filters,
      long kernel,
      UnaryOperator<Convolution> o) {
    Layer batchNorm = Layers.batchNorm().epsilon(epsilon);
    return normedBy(x, conv, norm, batchNorm, activation, filters, kernel, o);
  }

  /** The same with another norm. */
  static Flow normedBy(
      Flow x,
      String conv,
      String norm,
      Layer how,
      Layer activation,
      long filters,
      long kernel,
      UnaryOperator<Convolution> o) {
    Flow y = conv(x, conv, filters, kernel, c -> o.apply(c).withoutBias());
    return y.named(norm).then(how).then(activation);
  }

  /** The same as number 0 and 1 of a sequence. */
  static Flow numbered(
      Flow x,
      String name,
      double epsilon,
      Layer activation,
      long filters,
      long kernel,
      UnaryOperator<Convolution> o) {
    return normed(x, name + ".0", name + ".1", epsilon, activation, filters, kernel, o);
  }

  /** The same as "conv" and "bn", with ReLU and an epsilon of 0.001. */
  static Flow basic(Flow x, String name, long filters, long kernel, UnaryOperator<Convolution> o) {
    return normed(x, name + ".conv", name + ".bn", 1e-3, Activations.relu(), filters, kernel, o);
  }

  /** A dense layer. */
  static Flow dense(Flow x, String name, long units) {
    return x.named(name)
        .then(
            Layers.dense(units).weights(Initializers.normal(0, 0.01)).biases(Initializers.zeros()));
  }

  /** The nearest multiple of a divisor that is not below nine tenths of a number. */
  static long divisible(double value, long divisor) {
    long near = Math.max(divisor, (long) (value + divisor / 2.0) / divisor * divisor);
    return near < 0.9 * value ? near + divisor : near;
  }

  private Convs() {}
}
