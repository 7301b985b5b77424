package dev.gatun.models.llava;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The tower and the projector once more, in loops of doubles. */
final class SlowEyes {
  private static final String BASE = "vision_tower.vision_model.";
  private final Map<String, Tensor> weights;
  private final int layers;
  private final int heads;
  private final List<Integer> taken = new ArrayList<>();
  private final boolean whole;

  /** With the options of LLaVA as they stand in its config. */
  SlowEyes(Map<String, Tensor> weights, int layers, int heads, String options) {
    this.weights = weights;
    this.layers = layers;
    this.heads = heads;
    Config config = Config.of("{\"a\": 0" + options + "}");
    List<Long> asked =
        config.isList("vision_feature_layer")
            ? config.integers("vision_feature_layer", List.of())
            : List.of(config.integer("vision_feature_layer", -2));
    asked.forEach(l -> taken.add((int) (l < 0 ? l + layers + 1 : l)));
    whole = config.text("vision_feature_select_strategy", "").equals("full");
  }

  private double[] w(String name) {
    return Objects.requireNonNull(weights.get(name), name).toDoubles();
  }

  /** Vectors of the patches of all pictures [N, 3, 12, 12], cut into squares of 4. */
  float[] vectors(Tensor pixels) {
    List<Float> all = new ArrayList<>();
    for (int n = 0; n < pixels.shape().size(0); n++) {
      List<double[][]> states = states(pixels.toDoubles(), n);
      for (int t = whole ? 0 : 1; t < 10; t++) {
        double[] x = new double[taken.size() * 16];
        for (int i = 0; i < taken.size(); i++) {
          System.arraycopy(states.get(taken.get(i))[t], 0, x, i * 16, 16);
        }
        double[] inner = linear(x, "multi_modal_projector.linear_1");
        for (int i = 0; i < inner.length; i++) {
          inner[i] *= 0.5 * (1 + erf(inner[i] / Math.sqrt(2)));
        }
        for (double y : linear(inner, "multi_modal_projector.linear_2")) {
          all.add((float) y);
        }
      }
    }
    float[] flat = new float[all.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = all.get(i);
    }
    return flat;
  }

  private List<double[][]> states(double[] pixels, int n) {
    double[] kernel = w(BASE + "embeddings.patch_embedding.weight");
    double[] first = w(BASE + "embeddings.class_embedding");
    double[] places = w(BASE + "embeddings.position_embedding.weight");
    double[][] x = new double[10][16];
    for (int t = 0; t < 10; t++) {
      for (int o = 0; o < 16; o++) {
        double sum = t == 0 ? first[o] : 0;
        for (int k = 0; t > 0 && k < 48; k++) {
          int row = (t - 1) / 3 * 4 + k % 16 / 4;
          int column = (t - 1) % 3 * 4 + k % 4;
          sum += kernel[o * 48 + k] * pixels[((n * 3 + k / 16) * 12 + row) * 12 + column];
        }
        x[t][o] = sum + places[t * 16 + o];
      }
      x[t] = norm(x[t], BASE + "pre_layrnorm");
    }
    List<double[][]> all = new ArrayList<>();
    all.add(x);
    int last = taken.stream().mapToInt(i -> i).max().orElse(layers);
    for (int l = 0; l < last; l++) {
      x = block(x, BASE + "encoder.layers." + l + ".");
      all.add(x);
    }
    return all;
  }

  private double[][] block(double[][] x, String name) {
    int count = x.length;
    double[][] q = new double[count][];
    double[][] k = new double[count][];
    double[][] v = new double[count][];
    for (int t = 0; t < count; t++) {
      double[] normed = norm(x[t], name + "layer_norm1");
      q[t] = linear(normed, name + "self_attn.q_proj");
      k[t] = linear(normed, name + "self_attn.k_proj");
      v[t] = linear(normed, name + "self_attn.v_proj");
    }
    double[][] y = new double[count][];
    int width = 16 / heads;
    for (int t = 0; t < count; t++) {
      double[] mixed = new double[16];
      for (int h = 0; h < heads; h++) {
        double[] scores = new double[count];
        double sum = 0;
        for (int s = 0; s < count; s++) {
          double product = 0;
          for (int i = h * width; i < (h + 1) * width; i++) {
            product += q[t][i] * k[s][i];
          }
          scores[s] = Math.exp(product / Math.sqrt(width));
          sum += scores[s];
        }
        for (int s = 0; s < count; s++) {
          for (int i = h * width; i < (h + 1) * width; i++) {
            mixed[i] += scores[s] / sum * v[s][i];
          }
        }
      }
      double[] seen = plus(x[t], linear(mixed, name + "self_attn.out_proj"));
      double[] inner = linear(norm(seen, name + "layer_norm2"), name + "mlp.fc1");
      for (int i = 0; i < inner.length; i++) {
        inner[i] /= 1 + Math.exp(-1.702 * inner[i]);
      }
      y[t] = plus(seen, linear(inner, name + "mlp.fc2"));
    }
    return y;
  }

  private double[] linear(double[] x, String name) {
    double[] weight = w(name + ".weight");
    double[] y = w(name + ".bias").clone();
    for (int o = 0; o < y.length; o++) {
      for (int i = 0; i < x.length; i++) {
        y[o] += weight[o * x.length + i] * x[i];
      }
    }
    return y;
  }

  private double[] norm(double[] x, String name) {
    double[] weight = w(name + ".weight");
    double[] bias = w(name + ".bias");
    double mean = java.util.Arrays.stream(x).average().orElse(0);
    double square =
        java.util.Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElse(0);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(square + 1e-5) * weight[i] + bias[i];
    }
    return y;
  }

  private static double[] plus(double[] x, double[] y) {
    double[] z = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      z[i] = x[i] + y[i];
    }
    return z;
  }

  /** By its series, where that is exact enough. */
  private static double erf(double x) {
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double sum = 0;
    double term = x;
    for (int n = 0; n < 200; n++) {
      sum += term / (2 * n + 1);
      term *= -x * x / (n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
