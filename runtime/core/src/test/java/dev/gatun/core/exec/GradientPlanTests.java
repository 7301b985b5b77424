package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels of gradient operators against the interpreter, and which ones run. */
class GradientPlanTests {
  private static void check(String text, double tolerance, String kernel) {
    Explanation plan = Agreement.check(text, tolerance);
    assertTrue(
        plan.steps().stream().anyMatch(step -> step.kernel().equals(kernel)), plan::toString);
    assertTrue(
        plan.steps().stream().noneMatch(step -> step.kernel().equals("reference")), plan::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "NCHW, 1, 3, 8, 9, 3, 1, 1",
    "NCHW, 2, 17, 5, 7, 3, 2, 1",
    "NHWC, 2, 16, 33, 6, 1, 1, 0",
    "NHWC, 1, 33, 16, 8, 5, 1, 2",
    "NCHW, 2, 65, 66, 5, 2, 2, 0"
  })
  void weightsOfConvolutions(
      String layout, int batch, int in, int out, int size, int kernel, int stride, int pad) {
    int result = (size + 2 * pad - kernel) / stride + 1;
    String image = layout.equals("NCHW") ? "[%1$d, %2$d, %4$d, %4$d]" : "[%1$d, %4$d, %4$d, %2$d]";
    String flow = layout.equals("NCHW") ? "[%1$d, %3$d, %8$d, %8$d]" : "[%1$d, %8$d, %8$d, %3$d]";
    check(
        String.format(
            Locale.ROOT,
            "graph g(x: f32"
                + image
                + ", dy: f32"
                + flow
                + ") { dw = convWeightGradient(x, dy) {kernel = [%5$d, %5$d],"
                + " strides = [%6$d, %6$d], pads = [%7$d, %7$d, %7$d, %7$d],"
                + " layout = \"%9$s\"} return dw }",
            batch,
            in,
            out,
            size,
            kernel,
            stride,
            pad,
            result,
            layout),
        1e-4,
        "convWeightGradient/vector/f32");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 4, 2, 2, 0",
    "2, 15, 7, 3, 2, 1",
    "2, 16, 8, 2, 2, 0",
    "3, 17, 9, 3, 1, 1",
    "1, 67, 6, 3, 3, 0",
    "1, 130, 6, 2, 1, 0"
  })
  void maximumPools(int batch, int channels, int size, int kernel, int stride, int pad) {
    int result = (size + 2 * pad - kernel) / stride + 1;
    for (String layout : new String[] {"NCHW", "NHWC"}) {
      boolean last = layout.equals("NHWC");
      check(
          String.format(
              Locale.ROOT,
              "graph g(x: f32[%1$d, %2$s], dy: f32[%1$d, %3$s]) { r = round(x)"
                  + " dx = maxPoolGradient(r, dy) {kernel = [%4$d, %4$d],"
                  + " strides = [%5$d, %5$d], pads = [%6$d, %6$d, %6$d, %6$d],"
                  + " layout = \"%7$s\"} return dx }",
              batch,
              last ? size + ", " + size + ", " + channels : channels + ", " + size + ", " + size,
              last
                  ? result + ", " + result + ", " + channels
                  : channels + ", " + result + ", " + result,
              kernel,
              stride,
              pad,
              layout),
          1e-6,
          "pool/vector/f32");
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 3", "5, 15, 4", "3, 16, 7", "7, 17, 1", "4, 67, 5", "33, 64, 40"})
  void batchNorms(int batch, int channels, int size) {
    String image = batch + ", " + channels + ", " + size + ", " + size;
    check(
        """
        graph g(x: f32[IMAGE], dy: f32[IMAGE], s: f32[C], b: f32[C]) {
          y, mean, variance = batchNormTrain(x, s, b)
          dx, ds, db = batchNormGradient(x, dy, s, mean, variance)
          return y, mean, variance, dx, ds, db
        }
        """
            .replace("IMAGE", image)
            .replace("C]", channels + "]"),
        2e-4,
        "batchNorm/vector/f32");
    check(
        """
        graph g(x: f32[N, C], dy: f32[N, C], s: f32[C], b: f32[C], m: f32[C], w: f32[C]) {
          y = batchNormTrain(x, s, b)
          v = abs(w)
          dx = batchNormGradient(x, dy, s, m, v) {epsilon = 0.1}
          return y, dx
        }
        """
            .replace("[N", "[" + batch)
            .replace("C]", channels + "]"),
        2e-4,
        "batchNorm/vector/f32");
  }

  @ParameterizedTest
  @CsvSource({
    "lstm, forward, 1, 1, 1, false",
    "lstm, bidirectional, 5, 3, 7, true",
    "lstm, reverse, 4, 13, 64, true",
    "lstm, bidirectional, 3, 2, 33, false",
    "lstm, forward, 4, 16, 131, true",
    "gru, forward, 1, 1, 1, false",
    "gru, bidirectional, 5, 3, 7, true",
    "gru, reverse, 4, 13, 64, true",
    "gru, forward, 4, 16, 131, false",
    "rnn, forward, 1, 1, 1, false",
    "rnn, bidirectional, 5, 3, 7, true",
    "rnn, reverse, 4, 13, 64, true",
    "rnn, forward, 4, 16, 131, false"
  })
  void recurrentLayersBackThroughTime(
      String op, String direction, int time, int batch, int hidden, boolean extras) {
    int d = direction.equals("bidirectional") ? 2 : 1;
    int gates = op.equals("lstm") ? 4 : op.equals("gru") ? 3 : 1;
    String state = "f32[%d, %d, %d]".formatted(d, batch, hidden);
    String steps = "f32[%d, %d, %d, %d]";
    String saved = steps.formatted(d, time, batch, 4 * hidden);
    String shown = steps.formatted(time, d, batch, hidden);
    String cells = steps.formatted(d, time, batch, hidden);
    StringBuilder in = new StringBuilder();
    in.append("r: f32[%d, %d, %d]".formatted(d, gates * hidden, hidden));
    in.append(op.equals("rnn") ? "" : ", g: " + saved);
    in.append(", s: ").append(op.equals("lstm") ? cells : shown);
    in.append(", u: ").append(shown).append(", v: ").append(state);
    // Lengths from 0 to the number of steps.
    // Small weights: gradients must not grow from step to step.
    String body = "small = f32[]{0.03} q = mul(r, small)";
    String list = op.equals("rnn") ? "q, s" : "q, g, s";
    if (extras) {
      in.append(", h: ").append(state).append(", l: i32[").append(batch).append(']');
      body +=
          " m = i32[]{%d} n = i32[]{%d} k = abs(l) j = rem(k, m) lengths = min(j, n)"
              .formatted(time + 1, time);
    }
    String lengths = extras ? ", lengths" : ", -";
    String initial = extras ? ", h" : ", -";
    String results = "z, dh";
    switch (op) {
      case "lstm" -> {
        in.append(", w: ").append(state).append(", p: f32[%d, %d]".formatted(d, 3 * hidden));
        list += lengths + initial + (extras ? ", p" : ", -") + ", u, v, w";
        results = "z, dh, dc";
      }
      case "gru" -> {
        list += lengths + initial + ", u, v";
        results = "z, du, dh";
      }
      default -> list += lengths + ", u, v";
    }
    String linear = op.equals("gru") ? ", linearBeforeReset = true" : "";
    check(
        "graph g("
            + in
            + ") { "
            + body
            + " "
            + results
            + " = "
            + op
            + "Gradient("
            + list
            + ") {direction = \""
            + direction
            + "\""
            + linear
            + "} return "
            + results
            + " }",
        2e-4,
        "recurrentGradient/vector/f32");
  }
}
