package dev.gatun.core.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.plan.Backend;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recurrent layers on the own kernels against the reference. */
class RecurrentPlanTests {
  private static final int STEPS = 4;
  private static final int BATCH = 3;
  private static final int FEATURES = 5;

  /** A graph of one layer; operands x, w, r, b, lengths, h0, c0, p as far as asked for. */
  private static String graph(
      String op, int hidden, boolean constant, boolean extras, String direction, String more) {
    int gates = op.equals("lstm") ? 4 : op.equals("gru") ? 3 : 1;
    int d = direction.equals("bidirectional") ? 2 : 1;
    boolean batchFirst = more.contains("layout");
    int rows = gates * hidden;
    String state = batchFirst ? shape(BATCH, d, hidden) : shape(d, BATCH, hidden);
    StringBuilder inputs =
        new StringBuilder("x: f32" + (batchFirst ? "[3, 4, 5]" : shape(STEPS, BATCH, FEATURES)));
    StringBuilder body = new StringBuilder();
    String list = "x, w, r";
    operand(inputs, body, "w", shape(d, rows, FEATURES), d * rows * FEATURES, constant);
    operand(inputs, body, "r", shape(d, rows, hidden), d * rows * hidden, constant);
    if (extras) {
      operand(inputs, body, "b", "[" + d + ", " + 2 * rows + "]", 2 * d * rows, constant);
      inputs.append(", lengths: i32[").append(BATCH).append("], h: f32").append(state);
      list += ", b, lengths, h";
      if (op.equals("lstm")) {
        operand(inputs, body, "p", "[" + d + ", " + 3 * hidden + "]", 3 * d * hidden, constant);
        list += ", h, p";
      }
    }
    return "graph g("
        + inputs
        + ") {\n"
        + body
        + (op.equals("lstm") ? "y, n, c" : "y, n")
        + " = "
        + op
        + "("
        + list
        + ") {hidden = "
        + hidden
        + ", direction = \""
        + direction
        + "\""
        + more
        + "}\nreturn y, n"
        + (op.equals("lstm") ? ", c" : "")
        + "\n}";
  }

  private static void operand(
      StringBuilder inputs, StringBuilder body, String name, String shape, int count, boolean c) {
    if (!c) {
      inputs.append(", ").append(name).append(": f32").append(shape);
      return;
    }
    Random random = new Random(count);
    body.append(name).append(" = f32").append(shape).append('{');
    for (int i = 0; i < count; i++) {
      body.append(i > 0 ? ", " : "").append(random.nextInt(-100, 100) / 128.0);
    }
    body.append("}\n");
  }

  private static String shape(int... sizes) {
    return "[%d, %d, %d]".formatted(sizes[0], sizes[1], sizes[2]);
  }

  private static void check(String text, int threads) {
    SessionOptions options = SessionOptions.DEFAULT.backend(Backend.VECTOR).threads(threads);
    Explanation plan = Agreement.check(Agreement.parse(text), 1e-4, options);
    assertTrue(
        plan.steps().stream().anyMatch(s -> s.kernel().equals("recurrent/vector/f32")),
        plan.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "lstm, forward, ''",
    "lstm, reverse, ', clip = 0.5'",
    "lstm, bidirectional, ', layout = 1'",
    "lstm, forward, ', inputForget = true'",
    "lstm, bidirectional, ', inputForget = true, clip = 0.7'",
    "gru, forward, ''",
    "gru, reverse, ', linearBeforeReset = true'",
    "gru, bidirectional, ', layout = 1'",
    "gru, bidirectional, ', linearBeforeReset = true, layout = 1, clip = 0.6'",
    "rnn, forward, ''",
    "rnn, bidirectional, ', layout = 1, clip = 0.9'"
  })
  void agreesWithTheReference(String op, String direction, String more) {
    for (int hidden : new int[] {1, 7, 33}) {
      for (boolean extras : new boolean[] {false, true}) {
        check(graph(op, hidden, hidden != 7, extras, direction, more), hidden % 4 + 1);
      }
    }
  }

  @Test
  void otherActivationsHaveTheirParameters() {
    String lstm =
        ", activations = [\"HardSigmoid\", \"ScaledTanh\", \"Softsign\"],"
            + " activationAlpha = [0.3, 1.5], activationBeta = [0.4, 0.7]";
    check(graph("lstm", 9, true, true, "forward", lstm), 2);
    String gru = ", activations = [\"HardSigmoid\", \"LeakyRelu\"], activationAlpha = [0.3, 0.1]";
    check(graph("gru", 9, true, true, "reverse", gru), 2);
    String rnn = ", activations = [\"Elu\", \"Relu\"]";
    check(graph("rnn", 9, true, false, "bidirectional", rnn), 2);
  }

  @Test
  void slicesOfManyUnitsMeet() {
    for (int threads = 1; threads <= 4; threads++) {
      check(graph("lstm", 131, true, true, "bidirectional", ""), threads);
      check(graph("gru", 131, true, false, "forward", ""), threads);
    }
  }
}
