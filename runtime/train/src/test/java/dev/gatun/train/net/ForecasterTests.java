package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.DataException;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.SeriesWindows;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Series are foretold better than by what one would say without a network. */
class ForecasterTests {
  @Test
  void windowsDoNotShareTheirFuture() {
    Tensor series = Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10);
    IndexedDataset all = SeriesWindows.of(series, 3, 2);
    assertEquals(6, all.count());
    assertArrayEquals(new float[] {0, 1, 2}, all.get(0).get("x").toFloats());
    assertArrayEquals(new float[] {8, 9}, all.get(5).get("y").toFloats());
    assertEquals(Shape.of(3, 1), all.get(0).get("x").shape());
    IndexedDataset early = SeriesWindows.between(series, 3, 2, 0, 6);
    IndexedDataset late = SeriesWindows.between(series, 3, 2, 6, 10);
    assertArrayEquals(new float[] {4, 5}, early.get(early.count() - 1).get("y").toFloats());
    assertArrayEquals(new float[] {6, 7}, late.get(0).get("y").toFloats());
    assertArrayEquals(new float[] {3, 4, 5}, late.get(0).get("x").toFloats());
    Tensor two = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 3, 2);
    assertArrayEquals(new float[] {4, 5}, SeriesWindows.of(two, 2, 1).get(0).get("y").toFloats());
    assertThrows(DataException.class, () -> SeriesWindows.of(series, 9, 2));
  }

  @Test
  void valuesAndGradients() {
    Net net = Net.of(Shape.of(6, 2), Forecaster.of(3, 2).sized(8, 2, 1)).initialize(5);
    // The head adds nothing at first, which would hide everything before it.
    float[] head = new float[6 * 24];
    Random random = new Random(1);
    for (int i = 0; i < head.length; i++) {
      head[i] = (float) random.nextGaussian() * 0.3f;
    }
    String name =
        net.parameters().stream()
            .map(Parameter::name)
            .filter(n -> n.endsWith("head.weight"))
            .findFirst()
            .orElseThrow();
    NetCheck.check(
        net.withWeights(java.util.Map.of(name, Tensor.of(head, 6, 24))),
        NetCheck.random(1, 2, 6, 2));
  }

  @Test
  void beforeTrainingAllStaysAsItWas() {
    Net net = Net.of(Shape.of(8, 2), Forecaster.of(3, 4)).initialize(1);
    Tensor x = NetCheck.random(2, 1, 8, 2);
    float[] y = NetCheck.run(net, x).get("y0").toFloats();
    for (int i = 0; i < 6; i++) {
      assertEquals(x.getFloat(14 + i % 2), y[i], 1e-5f);
    }
    assertThrows(GatunException.class, () -> Net.of(Shape.of(7, 2), Forecaster.of(3, 4)));
  }

  private static double[] errors(
      IndexedDataset test, java.util.function.UnaryOperator<Tensor> network, int season) {
    double[] squares = new double[3];
    long numbers = 0;
    for (long i = 0; i < test.count(); i++) {
      float[] x = test.get(i).get("x").toFloats();
      float[] y = test.get(i).get("y").toFloats();
      float[] found = network.apply(test.get(i).get("x")).toFloats();
      for (int t = 0; t < y.length; t++) {
        double past = x[x.length - season + t % season];
        squares[0] += Math.pow(found[t] - y[t], 2);
        squares[1] += Math.pow(x[x.length - 1] - y[t], 2);
        squares[2] += Math.pow(past - y[t], 2);
        numbers++;
      }
    }
    for (int i = 0; i < 3; i++) {
      squares[i] = Math.sqrt(squares[i] / numbers);
    }
    return squares;
  }

  /** Weights of the last values, and a constant, by least squares: a linear autoregression. */
  private static double[] autoregression(IndexedDataset train, int past) {
    int n = past + 1;
    double[][] a = new double[n][n + 1];
    for (long i = 0; i < train.count(); i++) {
      double[] x = java.util.Arrays.copyOf(train.get(i).get("x").toDoubles(), n);
      x[past] = 1;
      double y = train.get(i).get("y").getDouble(0);
      for (int r = 0; r < n; r++) {
        for (int c = 0; c < n; c++) {
          a[r][c] += x[r] * x[c];
        }
        a[r][n] += x[r] * y;
      }
    }
    // Positive definite, as noise is in every value: no pivots are needed.
    for (int k = 0; k < n; k++) {
      for (int r = 0; r < n; r++) {
        double f = r == k ? 0 : a[r][k] / a[k][k];
        for (int c = k; c <= n && r != k; c++) {
          a[r][c] -= f * a[k][c];
        }
      }
    }
    double[] weights = new double[n];
    for (int k = 0; k < n; k++) {
      weights[k] = a[k][n] / a[k][k];
    }
    return weights;
  }

  @Test
  @Tag("acceptance")
  void aGruForetellsTwoSeasonsAndAutoregressionDoesBetter() {
    int past = 48;
    Tensor series = twoSeasons(2000);
    Layer gru = x -> x.then(Layers.gru(32).lastOnly()).dense(1);
    double[] rmse = run(series, past, 1, 1600, 24, gru, 40);
    double[] weights = autoregression(SeriesWindows.between(series, past, 1, 0, 1600), past);
    IndexedDataset test = SeriesWindows.between(series, past, 1, 1600, 2000);
    double[] linear =
        errors(
            test,
            x -> {
              double sum = weights[past];
              for (int t = 0; t < past; t++) {
                sum += weights[t] * x.getDouble(t);
              }
              return Tensor.of(new float[] {(float) sum}, 1);
            },
            24);
    System.out.printf(
        "two seasons: GRU %.4f, as now %.4f, as a season ago %.4f, AR(48) %.4f%n",
        rmse[0], rmse[1], rmse[2], linear[0]);
    assertTrue(rmse[0] <= 0.15, "error " + rmse[0]);
    assertTrue(rmse[0] < rmse[1] && rmse[0] < rmse[2], () -> java.util.Arrays.toString(rmse));
    assertTrue(linear[0] > 0.09 && linear[0] < 0.12, "AR(48): " + linear[0]);
  }

  /** Trains on the first part and gives the errors of network, "as now" and "as a season ago". */
  private static double[] run(
      Tensor series, int past, int future, long split, int season, Layer net, int epochs) {
    IndexedDataset train = SeriesWindows.between(series, past, future, 0, split);
    long steps = epochs * ((train.count() + 31) / 32);
    try (Trainer trainer =
        Trainer.builder(Net.of(Shape.of(past, 1), net))
            .loss(Losses.meanSquaredError())
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.warmupCosine(Math.max(1, steps / 10), steps))
            .clip(Clipping.norm(1))
            .seed(1)
            .build()) {
      trainer.fit(train.shuffle(3).batch(32), Epochs.of(epochs));
      IndexedDataset test =
          SeriesWindows.between(series, past, future, split, series.shape().size(0));
      return errors(test, x -> trainer.predict(x.reshape(Shape.of(1, past, 1))), season);
    }
  }

  /** Two seasons, of 24 and of 168 steps, and noise of deviation 0.1. */
  private static Tensor twoSeasons(int length) {
    Random random = new Random(7);
    float[] values = new float[length];
    for (int t = 0; t < length; t++) {
      values[t] =
          (float)
              (Math.sin(2 * Math.PI * t / 24)
                  + 0.5 * Math.sin(2 * Math.PI * t / 168)
                  + 0.1 * random.nextGaussian());
    }
    return Tensor.of(values, length);
  }

  @Test
  @Tag("acceptance")
  void twoSeasonsAreForetoldAlmostToTheirNoise() {
    for (int horizon : new int[] {1, 24}) {
      double[] rmse = run(twoSeasons(2000), 48, horizon, 1600, 24, Forecaster.of(horizon, 4), 15);
      System.out.printf(
          "two seasons, %d ahead: %.4f; as now %.4f, as a season ago %.4f%n",
          horizon, rmse[0], rmse[1], rmse[2]);
      assertTrue(rmse[0] <= 0.15, "error " + rmse[0]);
      assertTrue(rmse[0] < rmse[1] && rmse[0] < rmse[2], () -> java.util.Arrays.toString(rmse));
    }
  }

  @Test
  @Tag("acceptance")
  void passengersAreForetoldBetterThanByTheYearBefore() throws Exception {
    Path file = data("airline_passengers/airline-passengers.csv");
    assumeTrue(Files.exists(file), () -> file + " is not there");
    List<String> lines = Files.readAllLines(file);
    float[] values = new float[lines.size() - 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.log(Double.parseDouble(lines.get(i + 1).split(",", 2)[1].strip()));
    }
    for (int horizon : new int[] {1, 12}) {
      double[] rmse =
          run(
              Tensor.of(values, values.length),
              36,
              horizon,
              120,
              12,
              Forecaster.of(horizon, 3).dropout(0.1),
              150);
      System.out.printf(
          "passengers, %d ahead: %.4f; as now %.4f, as a year ago %.4f%n",
          horizon, rmse[0], rmse[1], rmse[2]);
      assertTrue(rmse[0] < rmse[1] && rmse[0] < rmse[2], () -> java.util.Arrays.toString(rmse));
    }
  }

  private static Path data(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve("data").resolve(name);
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    return Path.of("../shared/data").resolve(name);
  }
}
