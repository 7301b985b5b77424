package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizer;
import dev.gatun.train.optim.Optimizers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tools that look at training from outside: rates, sizes, amounts of data, fit, drift. */
@Tag("slow")
class StudyTests {
  private static Trainer trainer(long hidden, Optimizer optimizer) {
    return Trainer.builder(Tables.digitsNet(hidden))
        .optimizer(optimizer)
        .metrics(Metrics.accuracy())
        .build();
  }

  @Test
  @Tag("acceptance")
  void theRateFinderComesNearTheBestRateAndRestoresWeights() {
    IndexedDataset digits = Tables.digits(false);
    for (boolean adam : new boolean[] {true, false}) {
      double best = Double.POSITIVE_INFINITY;
      double bestRate = 0;
      for (double rate = 1e-4; rate < 5; rate *= Math.sqrt(10)) {
        try (Trainer trainer = trainer(64, adam ? Optimizers.adamW(rate) : Optimizers.sgd(rate))) {
          double loss = trainer.fit(digits.shuffle(1).batch(64), Epochs.of(2)).last().get("loss");
          bestRate = loss < best ? rate : bestRate;
          best = Math.min(best, loss);
        } catch (TrainingException e) {
          assertTrue(rate > 0.1, e.toString()); // too high a rate ends in infinity
        }
      }
      try (Trainer trainer = trainer(64, adam ? Optimizers.adamW(1e-3) : Optimizers.sgd(1e-3))) {
        trainer.fit(digits.batch(64), Epochs.of(1));
        Map<String, Tensor> before = trainer.state();
        RateFinder.Ramp ramp = RateFinder.standard().find(trainer, digits.shuffle(1).batch(64));
        assertEquals(before, trainer.state());
        assertEquals(1, trainer.epoch());
        assertTrue(ramp.toCsv().lines().count() == ramp.rates().size() + 1);
      }
      try (Trainer trainer = trainer(64, adam ? Optimizers.adamW(1e-3) : Optimizers.sgd(1e-3))) {
        RateFinder.Ramp ramp = RateFinder.standard().find(trainer, digits.shuffle(1).batch(64));
        double found = ramp.suggestion();
        assertTrue(
            found > bestRate / 3 && found < bestRate * 3,
            "best " + bestRate + ", found " + found + "\n" + ramp.toCsv());
      }
    }
    assertThrows(GatunException.class, () -> new RateFinder(1, 0.1, 100));
  }

  @Test
  void moreDataMeansFewerErrors() {
    IndexedDataset test = Tables.digits(true);
    Study curve =
        Study.learningCurve(
            Tables.digits(false),
            new long[] {40, 200, 1400},
            data -> {
              try (Trainer trainer = trainer(32, Optimizers.adamW(1e-2))) {
                return Study.measure(
                    trainer,
                    data.shuffle(1).batch(40),
                    test.batch(360),
                    Epochs.of(40_000 / data.count() / 4));
              }
            });
    double[] accuracy = curve.values("test_accuracy");
    assertTrue(accuracy[0] < accuracy[1] - 0.02 && accuracy[1] < accuracy[2] - 0.01, curve::toCsv);
    assertThrows(
        GatunException.class,
        () -> Study.learningCurve(test, new long[] {test.count() + 1}, data -> Map.of()));
  }

  @Test
  void widthsDifferInParametersAndResults() {
    Study study =
        Study.of(
            "width",
            new double[] {1, 4, 32},
            width -> {
              try (Trainer trainer = trainer((long) width, Optimizers.adamW(1e-2))) {
                return Study.measure(
                    trainer,
                    Tables.digits(false).shuffle(1).batch(64),
                    Tables.digits(true).batch(360),
                    Epochs.of(6));
              }
            });
    assertEquals(64 + 1 + 10 + 10, study.values("parameters")[0]);
    assertEquals(64 * 32 + 32 + 320 + 10, study.values("parameters")[2]);
    double[] accuracy = study.values("test_accuracy");
    assertTrue(accuracy[0] < accuracy[1] && accuracy[1] < accuracy[2], study::toCsv);
    assertTrue(study.toCsv().startsWith("width,parameters,memory,step,throughput,loss,accuracy"));
    assertEquals(4, study.toCsv().lines().count());
  }

  @Test
  void batchSizesAreComparedInThroughputMemoryAndAccuracy() {
    IndexedDataset train = Tables.digits(false).take(256);
    Study study =
        Study.of(
            "batch",
            new double[] {1, 32, train.count()},
            size -> {
              try (Trainer trainer = trainer(32, Optimizers.sgd(0.1))) {
                return Study.measure(
                    trainer,
                    train.shuffle(1).batch((int) size),
                    Tables.digits(true).batch(360),
                    Epochs.of(6));
              }
            });
    double[] memory = study.values("memory");
    double[] throughput = study.values("throughput");
    double[] accuracy = study.values("test_accuracy");
    assertTrue(memory[0] < memory[1] && memory[1] < memory[2], study::toCsv);
    assertTrue(throughput[0] < throughput[1], study::toCsv);
    // As many epochs, but one step each: too few.
    assertTrue(accuracy[2] < accuracy[1], study::toCsv);
  }

  @Test
  void aStreamThatDriftsIsFollowed() {
    Net net = Net.sequential(Shape.of(2)).dense(1, d -> d.withoutBias()).build();
    Random random = new Random(5);
    double late = 0;
    try (Trainer trainer =
            Trainer.builder(net)
                .loss(Losses.meanSquaredError())
                .optimizer(Optimizers.sgd(0.1))
                .build();
        Trainer stale =
            Trainer.builder(net)
                .loss(Losses.meanSquaredError())
                .optimizer(Optimizers.sgd(0.1))
                .build()) {
      double staleLate = 0;
      for (int t = 0; t < 600; t++) {
        double angle = t * 0.01; // the target turns by 6 radians
        float[] x = {(float) random.nextGaussian(), (float) random.nextGaussian()};
        float y = (float) (Math.cos(angle) * x[0] + Math.sin(angle) * x[1]);
        Map<String, Tensor> sample =
            Map.of("x", Tensor.of(x, 1, 2), "y", Tensor.of(new float[] {y}, 1, 1));
        double loss = trainer.step(sample);
        double otherLoss = stale.step(sample, t < 100 ? 0.1 : 0);
        late += t >= 100 ? loss / 500 : 0;
        staleLate += t >= 100 ? otherLoss / 500 : 0;
      }
      double[] w = trainer.net().weight("dense1.weight").toDoubles();
      assertEquals(Math.cos(6), w[0], 0.15);
      assertEquals(Math.sin(6), w[1], 0.15);
      assertTrue(late < 0.05 && staleLate > 0.5, late + " and " + staleLate);
    }
  }

  @Test
  void overfittingAndUnderfittingAreTold() {
    List<String> told = new ArrayList<>();
    FitMonitor over = FitMonitor.standard(told::add);
    IndexedDataset few = Tables.sparse(60, 100, 10, 1, 1);
    Net wide = Net.sequential(Shape.of(100)).dense(64).relu().dense(1).build();
    try (Trainer trainer =
        Trainer.builder(wide)
            .loss(Losses.sigmoidCrossEntropy())
            .optimizer(Optimizers.adamW(1e-2))
            .listener(over)
            .build()) {
      History history =
          trainer.fit(few.batch(30), Tables.sparse(300, 100, 10, 1, 2).batch(300), Epochs.of(20));
      assertEquals(FitMonitor.Verdict.OVERFITS, over.verdict());
      assertEquals(FitMonitor.Verdict.OVERFITS, over.verdict(history));
      assertEquals(1, told.size());
      assertTrue(told.get(0).contains("the net overfits: loss "), told.get(0));
    }
    FitMonitor under = FitMonitor.standard(told::add);
    fitDigits(1, 30, under);
    assertEquals(FitMonitor.Verdict.UNDERFITS, under.verdict());
    assertTrue(told.get(1).contains("underfits"), told.get(1));
    FitMonitor good = FitMonitor.standard(told::add);
    fitDigits(32, 10, good);
    assertEquals(FitMonitor.Verdict.FITS, good.verdict());
    assertNotEquals(3, told.size());
  }

  private static void fitDigits(long hidden, int epochs, FitMonitor monitor) {
    try (Trainer trainer =
        Trainer.builder(Tables.digitsNet(hidden))
            .optimizer(Optimizers.adamW(1e-2))
            .listener(monitor)
            .build()) {
      trainer.fit(
          Tables.digits(false).shuffle(1).batch(64),
          Tables.digits(true).batch(360),
          Epochs.of(epochs));
    }
  }
}
