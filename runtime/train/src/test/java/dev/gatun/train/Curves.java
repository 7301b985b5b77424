package dev.gatun.train;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batch;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Losses of the first ten steps of small nets, kept in {@code curves.csv}: the first 32 digits as
 * one batch, first weights of seed 0, Adam with rate 0.01.
 *
 * <p>They were recorded by {@link #main} from the reference backend, which computes every operator
 * in float64 and rounds its results to float32. To be recorded again only when a net here, the
 * digits, the first weights or Adam change on purpose.
 */
final class Curves {
  static final int STEPS = 10;
  private static final String FILE = "curves.csv";

  /** The nets by name. */
  static Map<String, Net> nets() {
    Shape digit = Shape.of(8, 8);
    Map<String, Net> nets = new LinkedHashMap<>();
    nets.put("mlp", Net.of(digit, x -> x.flatten().dense(16).relu().dense(10)));
    nets.put(
        "cnn",
        Net.of(
            Shape.of(1, 8, 8),
            x ->
                x.conv2d(4, 3, c -> c.same())
                    .batchNorm()
                    .relu()
                    .maxPool2d(2)
                    .conv2d(8, 3)
                    .relu()
                    .globalAvgPool()
                    .dense(10)));
    nets.put("lstm", Net.of(digit, x -> x.then(Layers.lstm(12).lastOnly()).dense(10)));
    nets.put("gru", Net.of(digit, x -> x.then(Layers.gru(6).bothWays()).flatten().dense(10)));
    nets.put(
        "transformer",
        Net.of(
            digit,
            x ->
                x.dense(16)
                    .then(Layers.positions())
                    .then(Layers.encoderBlock(Layers.selfAttention(2), 32, 0))
                    .layerNorm()
                    .then(y -> y.mean(1))
                    .dense(10)));
    return nets;
  }

  /** The losses of a net. */
  static double[] run(Net net, Backend backend, int threads) {
    SessionOptions session = SessionOptions.DEFAULT.backend(backend).threads(threads);
    double[] losses = new double[STEPS];
    try (Batch batch = Digits.load().batch(32).open(0).next();
        Trainer trainer =
            Trainer.builder(net).optimizer(Optimizers.adam(0.01)).session(session).build()) {
      long[] sample = net.inputs().get(0).shape().sizes();
      long[] shape = new long[sample.length + 1];
      shape[0] = 32;
      System.arraycopy(sample, 0, shape, 1, sample.length);
      Tensor x = batch.get("x").reshape(Shape.of(shape));
      for (int i = 0; i < STEPS; i++) {
        losses[i] = trainer.step(Map.of("x", x, "y", batch.get("y")));
      }
    }
    return losses;
  }

  /** The recorded losses by net. */
  static Map<String, double[]> recorded() throws IOException {
    Map<String, double[]> curves = new LinkedHashMap<>();
    try (InputStream file = Objects.requireNonNull(Curves.class.getResourceAsStream(FILE), FILE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))) {
      for (String line : reader.lines().toList()) {
        String[] cells = line.split(",", -1);
        curves.put(
            cells[0],
            Arrays.stream(cells, 1, cells.length).mapToDouble(Double::parseDouble).toArray());
      }
    }
    return curves;
  }

  /** Records the losses; the argument is the directory of the file in the test resources. */
  public static void main(String[] args) throws IOException {
    List<String> lines = new ArrayList<>();
    nets()
        .forEach(
            (name, net) ->
                lines.add(
                    name
                        + Arrays.stream(run(net, Backend.REFERENCE, 1))
                            .mapToObj(loss -> "," + loss)
                            .collect(Collectors.joining())));
    Files.write(Path.of(args[0]).resolve(FILE), lines);
  }

  private Curves() {}
}
