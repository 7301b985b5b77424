package dev.gatun.models.part;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.train.net.Flow;
import java.util.List;

/**
 * Cosines and sines of rotary positions, with the ways of reaching beyond the trained length:
 * linear (Chen and others 2023), dynamic (NTK-aware), yarn (Peng and others 2023), llama3, and
 * divisors that are given one by one.
 *
 * @param frequencies turns of each pair a position
 * @param factor of both cosines and sines
 * @param dynamic whether longer sequences slow the turns down
 * @param base of the powers
 * @param stretch of dynamic ones
 * @param trained length
 */
public record RotaryAngles(
    List<Double> frequencies,
    double factor,
    boolean dynamic,
    double base,
    double stretch,
    long trained) {
  /**
   * What a config says.
   *
   * @param width of a head that is turned
   */
  public static RotaryAngles of(Config c, long width, double usualBase) {
    // Newer configs have everything in one place.
    Config r = c.object(c.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    double base = r.real("rope_theta", c.real("rope_theta", usualBase));
    long trained = c.integer("max_position_embeddings", 2048);
    String kind = r.text("rope_type", r.text("type", "default"));
    double stretch = r.real("factor", 1);
    double[] f = new double[Math.toIntExact(width / 2)];
    for (int i = 0; i < f.length; i++) {
      f[i] = 1 / Math.pow(base, 2.0 * i / width);
    }
    double factor = 1;
    switch (kind) {
      case "default", "dynamic" -> {}
      case "linear" -> {
        for (int i = 0; i < f.length; i++) {
          f[i] /= stretch;
        }
      }
      case "factors" -> divided(r, f);
      case "llama3" -> llama3(r, f, stretch, trained);
      case "yarn" -> factor = yarn(r, f, base, trained);
      default -> {
        String option = r.has("rope_type") ? "rope_type" : "type";
        r.require(option, false, "default, linear, dynamic, yarn, llama3, factors");
      }
    }
    List<Double> list = java.util.Arrays.stream(f).boxed().toList();
    return new RotaryAngles(list, factor, kind.equals("dynamic"), base, stretch, trained);
  }

  /** Each frequency has a divisor of its own, as in files that have computed them before. */
  private static void divided(Config r, double[] f) {
    List<Double> factors = r.reals("factors", List.of());
    if (factors.size() != f.length) {
      throw new GatunException(
          "%s: factors are %d numbers, a head has %d pairs"
              .formatted(r.where(), factors.size(), f.length));
    }
    for (int i = 0; i < f.length; i++) {
      f[i] /= factors.get(i);
    }
  }

  /** Slow turns become slower, fast ones stay, those between are blended. */
  private static void llama3(Config r, double[] f, double stretch, long usual) {
    double low = r.real("low_freq_factor", 1);
    double high = r.real("high_freq_factor", 4);
    double trained = r.integer("original_max_position_embeddings", usual);
    for (int i = 0; i < f.length; i++) {
      double length = 2 * Math.PI / f[i];
      if (length > trained / low) {
        f[i] /= stretch;
      } else if (length >= trained / high) {
        double smooth = (trained / length - low) / (high - low);
        f[i] = (1 - smooth) * f[i] / stretch + smooth * f[i];
      }
    }
  }

  private static double yarn(Config r, double[] f, double base, long usual) {
    long trained = r.integer("original_max_position_embeddings", usual);
    double stretch = r.real("factor", (double) usual / trained);
    double width = 2.0 * f.length;
    double low = dimension(r.real("beta_fast", 32), width, base, (double) trained);
    double high = dimension(r.real("beta_slow", 1), width, base, (double) trained);
    if (r.flag("truncate", true)) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, width - 1);
    double range = high == low ? 0.001 : high - low;
    for (int i = 0; i < f.length; i++) {
      double ramp = Math.clamp((i - low) / range, 0, 1);
      f[i] = f[i] / stretch * ramp + f[i] * (1 - ramp);
    }
    if (r.has("attention_factor")) {
      return r.real("attention_factor", 1);
    }
    if (r.real("mscale", 0) != 0 && r.real("mscale_all_dim", 0) != 0) {
      return magnitude(stretch, r.real("mscale", 1))
          / magnitude(stretch, r.real("mscale_all_dim", 1));
    }
    return magnitude(stretch, 1);
  }

  private static double magnitude(double stretch, double scale) {
    return stretch <= 1 ? 1 : 0.1 * scale * Math.log(stretch) + 1;
  }

  /** The pair that turns so many times within the trained length. */
  private static double dimension(double turns, double width, double base, double trained) {
    return width * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  /** Cosines and sines at positions [T] or [B, T]: with one more axis, of the pairs. */
  public List<Flow> at(Flow positions) {
    if (frequencies.isEmpty()) {
      throw new GatunException("rotary positions: a head is too narrow to turn");
    }
    Flow p = positions.cast(DType.F32);
    float[] values = new float[frequencies.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = frequencies.get(i).floatValue();
    }
    Flow turns = p.constant(Tensor.of(values, values.length));
    if (dynamic) {
      turns = dynamicTurns(p);
    }
    Flow angles = p.unsqueeze(-1).mul(turns);
    return List.of(scaled(angles.cos()), scaled(angles.sin()));
  }

  private Flow scaled(Flow x) {
    return factor == 1 ? x : x.mul(factor);
  }

  /** The base grows with the length beyond the trained one. */
  private Flow dynamicTurns(Flow positions) {
    double width = 2.0 * frequencies.size();
    Flow length = positions.largest().add(1).max((double) trained);
    Flow growth = length.mul(stretch / trained).sub(stretch - 1);
    Flow logarithm = growth.log().mul(width / (width - 2)).add(Math.log(base));
    float[] powers = new float[frequencies.size()];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = (float) (-2.0 * i / width);
    }
    return logarithm.mul(positions.constant(Tensor.of(powers, powers.length))).exp();
  }
}
