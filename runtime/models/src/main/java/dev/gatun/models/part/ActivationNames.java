package dev.gatun.models.part;

import dev.gatun.models.family.Config;
import dev.gatun.train.net.Activations;
import dev.gatun.train.net.Layer;

/** Activation functions by the names that configs use. */
public final class ActivationNames {
  private static final String KNOWN =
      "gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, gelu_accurate, gelu_python, quick_gelu, relu,"
          + " relu6, silu, swish, tanh, sigmoid, mish, leaky_relu, relu2, linear";

  /** The function that an option names. */
  public static Layer of(Config config, String option, String fallback) {
    return switch (config.text(option, fallback)) {
      case "gelu", "gelu_python" -> Activations.gelu();
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_accurate", "gelu_python_tanh" ->
          Activations.geluTanh();
      case "quick_gelu" -> Activations.swish(1.702);
      case "relu" -> Activations.relu();
      case "relu6" -> Activations.relu6();
      case "relu2" -> x -> x.relu().square();
      case "silu", "swish" -> Activations.silu();
      case "tanh" -> Activations.tanh();
      case "sigmoid" -> Activations.sigmoid();
      case "mish" -> Activations.mish();
      case "leaky_relu" -> Activations.leakyRelu(0.01);
      case "linear" -> Activations.identity();
      default -> {
        config.require(option, false, KNOWN);
        throw new IllegalStateException(); // require does not return
      }
    };
  }

  private ActivationNames() {}
}
