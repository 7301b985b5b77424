package dev.gatun.train;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Idx;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.nio.file.Path;

/**
 * Trains an MLP and a LeNet on MNIST and says how well they do: a program, because it takes
 * minutes. The argument is the directory of the four files; the exit code is 1 when a bar is missed
 * (98 and 99 percent of the test pictures after at most 5 epochs).
 */
final class MnistAcceptance {
  public static void main(String[] args) {
    Path mnist = Path.of(args[0]);
    Batches train = pictures(mnist, "train").shuffle(1).batch(64).prefetch(1);
    Batches test = pictures(mnist, "t10k").batch(250);
    Shape picture = Shape.of(1, 28, 28);
    Net mlp =
        Net.sequential(picture).flatten().dense(512).relu().dense(256).relu().dense(10).build();
    Net lenet =
        Net.sequential(picture)
            .conv2d(32, 5, c -> c.same())
            .relu()
            .maxPool2d(2)
            .conv2d(64, 5, c -> c.same())
            .relu()
            .maxPool2d(2)
            .flatten()
            .dense(128)
            .relu()
            .dense(10)
            .build();
    boolean reached = reaches(0.98, "mlp", mlp, 10, train, test);
    reached &= reaches(0.99, "lenet", lenet, 5, train, test);
    System.exit(reached ? 0 : 1);
  }

  private static IndexedDataset pictures(Path directory, String part) {
    return Idx.images(
        directory.resolve(part + "-images-idx3-ubyte.gz"),
        directory.resolve(part + "-labels-idx1-ubyte.gz"));
  }

  private static boolean reaches(
      double bar, String name, Net net, int epochs, Batches train, Batches test) {
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(Losses.softmaxCrossEntropy())
            .optimizer(Optimizers.adamW(1e-3))
            .metrics(Metrics.accuracy())
            .listener(Progress.console())
            .seed(1)
            .build()) {
      long begin = System.nanoTime();
      trainer.fit(train, test, Epochs.of(epochs));
      double accuracy = trainer.evaluate(test).getOrDefault("accuracy", 0.0);
      System.out.printf(
          "%s: test accuracy %.4f after %d epochs, %.0f s%n",
          name, accuracy, epochs, (System.nanoTime() - begin) / 1e9);
      return accuracy >= bar;
    }
  }

  private MnistAcceptance() {}
}
