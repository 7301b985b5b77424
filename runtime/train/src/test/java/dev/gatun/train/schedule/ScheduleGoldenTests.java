package dev.gatun.train.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.train.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Every schedule of the reference file, whatever options it has there. */
class ScheduleGoldenTests {
  @TestFactory
  List<DynamicTest> schedules() throws Exception {
    Optional<Golden> file = Golden.read("optim");
    assumeTrue(file.isPresent(), "no reference values: set gatun.golden to their directory");
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : file.get().json().get("schedules").properties()) {
      tests.add(
          DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
    }
    return tests;
  }

  private static void check(String name, JsonNode node) {
    double base = node.get("base_lr").asDouble();
    JsonNode o = node.get("options");
    JsonNode rates = node.get("lr");
    double[] actual =
        name.equals("reduce_on_plateau")
            ? plateau(o, base, rates.size())
            : rates(schedule(name, o), base, rates.size());
    for (int t = 0; t < actual.length; t++) {
      double expected = rates.get(t).asDouble();
      assertEquals(expected, actual[t], 1e-4 * Math.abs(expected) + 1e-12, name + " at step " + t);
    }
  }

  private static double[] rates(Schedule schedule, double base, int count) {
    double[] rates = new double[count];
    for (int t = 0; t < count; t++) {
      rates[t] = schedule.rate(t, base);
    }
    return rates;
  }

  private static double[] plateau(JsonNode o, double base, int count) {
    Matcher metric =
        match("max\\(([\\d.]+), ([\\d.]+) - t\\) for step t", o.get("metric").asString());
    Plateau plateau = Plateau.of(real(o, "factor"), o.get("patience").asInt());
    Plateau.State state = plateau.start();
    double[] rates = new double[count];
    for (int t = 0; t < count; t++) {
      rates[t] = plateau.rate(state, base);
      state =
          plateau.observe(
              state,
              Math.max(
                  Double.parseDouble(metric.group(1)), Double.parseDouble(metric.group(2)) - t));
    }
    return rates;
  }

  private static Schedule schedule(String name, JsonNode o) {
    return switch (name) {
      case "step" -> Schedules.step(whole(o, "step_size"), real(o, "gamma"));
      case "multistep" ->
          Schedules.multiStep(
              real(o, "gamma"),
              o.get("milestones").valueStream().mapToLong(JsonNode::asLong).toArray());
      case "exponential" -> Schedules.exponential(real(o, "gamma"));
      case "cosine" -> Schedules.cosine(whole(o, "t_max"), real(o, "eta_min"));
      case "cosine_warm_restarts" ->
          Schedules.cosineWarmRestarts(whole(o, "t_0"), whole(o, "t_mult"), real(o, "eta_min"));
      case "linear" -> Schedules.linear(real(o, "start"), real(o, "end"), whole(o, "total"));
      case "polynomial" -> Schedules.polynomial(whole(o, "total"), real(o, "power"));
      case "one_cycle" ->
          // The file's total counts the steps from the first rate to the last, PyTorch's the rates.
          Schedules.oneCycle(real(o, "max_lr"), whole(o, "total") + 1, real(o, "pct_start"));
      case "cyclic_triangular" -> Schedules.cyclic(real(o, "base"), real(o, "max"), whole(o, "up"));
      case "cyclic_triangular2" ->
          Schedules.cyclicHalving(real(o, "base"), real(o, "max"), whole(o, "up"));
      case "warmup_linear" -> Schedules.warmupLinear(whole(o, "warmup"), whole(o, "total"));
      case "warmup_cosine" -> Schedules.warmupCosine(whole(o, "warmup"), whole(o, "total"));
      case "inverse_sqrt" -> Schedules.inverseSqrt(whole(o, "warmup"));
      case "lambda_time_decay" ->
          Schedules.timeDecay(
              Double.parseDouble(
                  match("[\\d.]+\\*exp\\(-([\\d.]+) t\\)", o.get("formula").asString()).group(1)));
      default -> throw new AssertionError("no schedule for '" + name + "' with " + o);
    };
  }

  private static Matcher match(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.matches()) {
      throw new AssertionError("'" + text + "' is not of the form " + pattern);
    }
    return matcher;
  }

  private static double real(JsonNode o, String name) {
    return o.get(name).asDouble();
  }

  private static long whole(JsonNode o, String name) {
    return o.get(name).asLong();
  }
}
