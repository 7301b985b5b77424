package dev.gatun.core.op;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.UnsupportedOpException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An activation function of a recurrent layer, by its ONNX name (in any case) with its two
 * parameters.
 */
public record Activation(String name, double alpha, double beta) {
  /**
   * The functions named by attribute {@code activations}, or the given ones.
   *
   * <p>As in ONNX the values of {@code activationAlpha} and {@code activationBeta} are consumed in
   * order by those functions that have such a parameter; where they end, defaults hold.
   */
  public static List<Activation> read(String op, Attrs attrs, int directions, String... byDefault) {
    List<String> names = attrs.has("activations") ? attrs.texts("activations") : List.of();
    double[] alphas = attrs.has("activationAlpha") ? attrs.reals("activationAlpha") : new double[0];
    double[] betas = attrs.has("activationBeta") ? attrs.reals("activationBeta") : new double[0];
    List<Activation> result = new ArrayList<>();
    int nextAlpha = 0;
    int nextBeta = 0;
    int count = directions * byDefault.length;
    if (!names.isEmpty() && names.size() != count) {
      throw new UnsupportedOpException(
          "op '" + op + "': needs " + count + " activations, got " + names);
    }
    for (int i = 0; i < count; i++) {
      String name =
          (names.isEmpty() ? byDefault[i % byDefault.length] : names.get(i))
              .toLowerCase(Locale.ROOT);
      double alpha = 0;
      double beta = 0;
      switch (name) {
        case "affine", "hardsigmoid", "scaledtanh" -> {
          boolean hard = name.equals("hardsigmoid");
          alpha = nextAlpha < alphas.length ? alphas[nextAlpha++] : hard ? 0.2 : 1;
          beta = nextBeta < betas.length ? betas[nextBeta++] : hard ? 0.5 : affine(name) ? 0 : 1;
        }
        case "leakyrelu" -> alpha = nextAlpha < alphas.length ? alphas[nextAlpha++] : 0.01;
        case "thresholdedrelu", "elu" ->
            alpha = nextAlpha < alphas.length ? alphas[nextAlpha++] : 1;
        case "sigmoid", "tanh", "relu", "softsign", "softplus", "identity" -> {}
        default ->
            throw new UnsupportedOpException("op '" + op + "': no activation '" + name + "'");
      }
      result.add(new Activation(name, alpha, beta));
    }
    return result;
  }

  private static boolean affine(String name) {
    return name.equals("affine");
  }

  /** The function in a graph. */
  Value of(Formula f, Value x) {
    GraphBuilder b = f.b();
    return switch (name) {
      case "sigmoid" -> f.sigmoid(x);
      case "tanh" -> f.tanh(x);
      case "relu" -> b.add(Relu.OP, x);
      case "affine" -> f.add(f.mul(x, alpha), beta);
      case "leakyrelu" -> b.add(LeakyRelu.OP, Attrs.of("alpha", alpha), x);
      case "thresholdedrelu" -> f.where(f.less(x, alpha), f.number(x, 0), x);
      case "scaledtanh" -> f.mul(f.tanh(f.mul(x, beta)), alpha);
      case "hardsigmoid" -> b.add(HardSigmoid.OP, Attrs.of("alpha", alpha, "beta", beta), x);
      case "elu" -> b.add(Elu.OP, Attrs.of("alpha", alpha), x);
      case "softsign" -> b.add(Softsign.OP, x);
      case "softplus" -> f.softplus(x);
      case "identity" -> x;
      default -> throw new IllegalStateException(name);
    };
  }

  /** The value at x. */
  double at(double x) {
    return switch (name) {
      case "sigmoid" -> 1 / (1 + Math.exp(-x));
      case "tanh" -> Math.tanh(x);
      case "relu" -> Math.max(x, 0);
      case "affine" -> alpha * x + beta;
      case "leakyrelu" -> x < 0 ? alpha * x : x;
      case "thresholdedrelu" -> x >= alpha ? x : 0;
      case "scaledtanh" -> alpha * Math.tanh(beta * x);
      case "hardsigmoid" -> Math.min(Math.max(alpha * x + beta, 0), 1);
      case "elu" -> x < 0 ? alpha * Math.expm1(x) : x;
      case "softsign" -> x / (1 + Math.abs(x));
      case "softplus" -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case "identity" -> x;
      default -> throw new IllegalStateException(name);
    };
  }
}
