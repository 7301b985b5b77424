package dev.gatun.train.inspect;

import dev.gatun.train.inspect.Finding.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What counts as wrong.
 *
 * @param vanishing the first weights' gradient may be this much shorter than the last ones'
 * @param exploding a gradient may be this long
 * @param dead share of units of a layer that may be zero for all samples
 * @param saturated share of outputs of a bounded activation that may be at a bound
 * @param growth how much outputs of later layers may vary more, or less, than those of the first
 * @param fast share of their length by which a step may move weights
 * @param slow share of their length by which a step should at least move the weights most moved
 * @param input how far inputs may be from 0, and how much more some may vary than others
 */
public record Bounds(
    double vanishing,
    double exploding,
    double dead,
    double saturated,
    double growth,
    double fast,
    double slow,
    double input) {
  /** Bounds that trained networks keep and the failures of the textbooks do not. */
  public static final Bounds USUAL = new Bounds(1e-3, 1e3, 0.4, 0.5, 100, 0.2, 1e-6, 100);

  /** What does not keep the bounds. */
  public List<Finding> findings(Inspection seen) {
    List<Finding> findings = new ArrayList<>();
    seen.inputs().forEach(input -> inputs(input, findings));
    parameters(seen, findings);
    updates(seen, findings);
    gradients(seen, findings);
    layers(seen, findings);
    return List.copyOf(findings);
  }

  private void inputs(InputStatistics x, List<Finding> findings) {
    double largest = Math.max(Math.abs(x.mean()), x.deviation());
    if (largest > input) {
      add(
          findings,
          Cause.PREPROCESSING,
          "input " + x.name(),
          "numbers are %.3g on average and vary by %.3g; scale them to about 0 and 1",
          x.mean(),
          x.deviation());
    } else if (x.least() > 0 && x.most() > input * x.least() && x.most() > 1) {
      add(
          findings,
          Cause.PREPROCESSING,
          "input " + x.name(),
          "some features vary by %.3g, others by %.3g; scale each one",
          x.most(),
          x.least());
    } else if (x.constant() == x.features()) {
      add(
          findings,
          Cause.PREPROCESSING,
          "input " + x.name(),
          "all %d features are the same in all samples",
          x.features());
    }
  }

  private static void parameters(Inspection seen, List<Finding> findings) {
    for (ParameterStatistics p : seen.parameters()) {
      if (p.matrix() && p.uniform()) {
        add(
            findings,
            Cause.INITIALIZATION,
            p.name(),
            "all %d weights are the same, so units cannot become different; draw them at random",
            p.elements());
      }
    }
  }

  private void updates(Inspection seen, List<Finding> findings) {
    double most = 0;
    boolean watched = false;
    for (ParameterStatistics p : seen.parameters()) {
      if (p.matrix() && !Double.isNaN(p.update())) {
        watched = true;
        most = Math.max(most, p.update());
        if (p.update() > fast) {
          add(
              findings,
              Cause.LEARNING_RATE,
              p.name(),
              "one step moved it by %.2g of its length; the learning rate is too high",
              p.update());
        }
      }
    }
    if (watched && most < slow) {
      add(
          findings,
          Cause.LEARNING_RATE,
          "weights",
          "one step moved none by more than %.2g of its length; the learning rate is too low, or"
              + " there is no gradient",
          most);
    }
  }

  private void gradients(Inspection seen, List<Finding> findings) {
    double ratio = seen.firstToLast();
    if (ratio < vanishing) {
      add(
          findings,
          Cause.ARCHITECTURE,
          "gradients",
          "vanish: the first weights' gradient is %.2g of the last ones'; early layers hardly"
              + " learn. ReLU with He's weights, normalization or residual connections help",
          ratio);
    }
    double length = seen.gradient();
    if (!(length <= exploding)) {
      add(
          findings,
          Cause.ARCHITECTURE,
          "gradients",
          "explode: their length is %.3g, above %.3g; clip them, or use smaller first weights or"
              + " normalization",
          length,
          exploding);
    }
  }

  private void layers(Inspection seen, List<Finding> findings) {
    double first = Double.NaN;
    boolean told = false;
    for (LayerStatistics layer : seen.layers()) {
      if (layer.activation() && layer.dead() > dead) {
        add(
            findings,
            Cause.ACTIVATION,
            layer.layer(),
            "%.0f %% of its units are zero for every sample; a smaller learning rate or leakyRelu"
                + " helps",
            100 * layer.dead());
      }
      if (layer.saturated() > saturated) {
        add(
            findings,
            Cause.ACTIVATION,
            layer.layer(),
            "%.0f %% of its outputs are at a bound of %s, where the gradient is almost 0; use"
                + " smaller weights, scaled inputs, normalization or ReLU",
            100 * layer.saturated(),
            layer.kind());
      }
      if (layer.activation()) {
        first = Double.isNaN(first) ? layer.deviation() : first;
        double change = layer.deviation() / first;
        if (!told && (change > growth || change < 1 / growth)) {
          told = true; // later layers say the same
          add(
              findings,
              Cause.INITIALIZATION,
              layer.layer(),
              "its outputs vary %.2g times as much as those of the first activation; weights are"
                  + " too %s for its depth",
              change,
              change > 1 ? "large" : "small");
        }
      }
    }
  }

  private static void add(
      List<Finding> findings, Cause cause, String where, String text, Object... numbers) {
    findings.add(new Finding(cause, where, String.format(Locale.ROOT, text, numbers)));
  }
}
