package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Plateau;
import dev.gatun.train.schedule.Schedules;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CheckpointsTests {
  @TempDir private Path folder = Path.of("");

  private static final Epochs EPOCHS = Epochs.of(3);

  private static Batches data() {
    return Digits.load().take(160).shuffle(3).batch(32);
  }

  private static TrainerBuilder builder() {
    Net net =
        Net.sequential(Shape.of(1, 8, 8))
            .flatten()
            .dense(16)
            .batchNorm()
            .relu()
            .dropout(0.3)
            .dense(10)
            .build();
    return Trainer.builder(net)
        // The same bits whatever the JIT has compiled: what is tested is where a run goes on.
        .session(SessionOptions.DEFAULT.backend(Backend.REFERENCE))
        .optimizer(Optimizers.adamW(0.01))
        .schedule(Schedules.warmupCosine(4, 15))
        .plateau(Plateau.of(0.5, 0), "loss")
        .seed(5);
  }

  private record End(Map<String, Tensor> weights, List<Double> losses) {
    static End of(Trainer trainer) {
      return new End(
          trainer.net().weights(), trainer.history().stream().map(e -> e.get("loss")).toList());
    }
  }

  private static End uninterrupted() {
    try (Trainer trainer = builder().build()) {
      trainer.fit(data(), EPOCHS);
      return End.of(trainer);
    }
  }

  private End resumed() {
    Checkpoints checkpoints = Checkpoints.in(folder).everySteps(2);
    try (Trainer trainer = builder().listener(checkpoints).build()) {
      assertTrue(checkpoints.resume(trainer).isPresent());
      trainer.fit(data(), EPOCHS);
      return End.of(trainer);
    }
  }

  /** Ends fit as a crash does, after a step. */
  private record Crash(long step) implements Listener {
    @Override
    public void stepEnded(Trainer trainer, StepRecord record) {
      if (record.step() == step) {
        throw new IllegalStateException("crash");
      }
    }
  }

  private void crashAfter(long step) {
    try (Trainer trainer =
        builder()
            .listener(Checkpoints.in(folder).everySteps(2))
            .listener(new Crash(step))
            .build()) {
      assertThrows(IllegalStateException.class, () -> trainer.fit(data(), EPOCHS));
    }
  }

  @Test
  void aResumedRunEndsAsOneThatWasNotInterrupted() {
    End whole = uninterrupted();
    crashAfter(9); // an epoch has 5 steps; the latest checkpoint is that of step 8
    assertEquals(whole, resumed());
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws Exception {
    End whole = uninterrupted();
    crashAfter(11);
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.sorted().toList();
    }
    assertEquals(2, files.size(), files.toString());
    Path latest = files.get(1);
    byte[] bytes = Files.readAllBytes(latest);
    bytes[bytes.length - 100] ^= 1;
    Files.write(latest, bytes);
    GatunException e = assertThrows(GatunException.class, () -> CheckpointFile.read(latest));
    assertTrue(e.toString().contains("checksum"), e.toString());
    assertEquals(whole, resumed());
    // Cut short, as by a full disk.
    crashAfter(7);
    try (Stream<Path> list = Files.list(folder)) {
      files = list.sorted().toList();
    }
    Path last = files.get(files.size() - 1);
    Files.write(last, java.util.Arrays.copyOf(Files.readAllBytes(last), 200));
    assertEquals(whole, resumed());
  }

  /** Trains in a process of its own until it is killed. */
  static final class Victim {
    public static void main(String[] args) {
      try (Trainer trainer =
          builder()
              .listener(Checkpoints.in(Path.of(args[0])).everySteps(1))
              .listener(
                  new Listener() {
                    @Override
                    public void stepEnded(Trainer t, StepRecord step) {
                      System.out.println(step.step());
                      if (step.step() == 8) {
                        // Waits for the end in the middle of an epoch.
                        java.util.concurrent.locks.LockSupport.park();
                      }
                    }
                  })
              .build()) {
        trainer.fit(data(), EPOCHS);
      }
    }
  }

  @Test
  void aKilledRunResumesToTheSameWeights() throws Exception {
    ProcessBuilder process =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Dgatun.native=" + System.getProperty("gatun.native", "on"),
            "-Dgatun.native.dir=" + System.getProperty("gatun.native.dir", ""),
            "-Dgatun.backend=" + System.getProperty("gatun.backend", "auto"),
            "-Dgatun.threads=" + System.getProperty("gatun.threads", "0"),
            "-Dgatun.vector.bits=" + System.getProperty("gatun.vector.bits", "0"),
            "-Dgatun.tuning=off",
            "-cp",
            classPath(),
            Victim.class.getName(),
            folder.toString());
    process.redirectErrorStream(true);
    Process victim = process.start();
    StringBuilder said = new StringBuilder();
    try (var out = victim.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.equals("8")) {
        said.append(line).append('\n');
        line = out.readLine();
      }
      assertEquals("8", line, said.toString());
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertEquals(uninterrupted(), resumed());
  }

  /** The module path of the tests as a class path. */
  private static String classPath() {
    String modules = System.getProperty("jdk.module.path", "");
    String classes = System.getProperty("java.class.path", "");
    String tests =
        Path.of(
                CheckpointsTests.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath())
            .toString();
    return String.join(
        File.pathSeparator, tests, "target/test-classes", "target/classes", modules, classes);
  }

  @Test
  void anUnwritableFolderIsToldBeforeTheFirstStep() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    try (Trainer trainer = builder().listener(Checkpoints.in(file.resolve("x"))).build()) {
      GatunException e = assertThrows(GatunException.class, () -> trainer.fit(data(), EPOCHS));
      assertTrue(e.toString().contains("cannot write to " + file), e.toString());
      assertEquals(0, trainer.steps());
    }
  }

  @Test
  void aCheckpointOfAnotherNetIsRefused() {
    crashAfter(3);
    Net other = Net.sequential(Shape.of(1, 8, 8)).flatten().dense(10).build();
    Checkpoints checkpoints = Checkpoints.in(folder);
    try (Trainer trainer = Trainer.builder(other).listener(checkpoints).build()) {
      GatunException e = assertThrows(GatunException.class, () -> checkpoints.resume(trainer));
      assertTrue(e.toString().contains("not of this network"), e.toString());
    }
  }

  /** Losses that are made up, so that it is known when to stop. */
  private static final class MadeUp implements Listener {
    private final EarlyStopping stopping;
    private final double[] losses;

    MadeUp(EarlyStopping stopping, double... losses) {
      this.stopping = stopping;
      this.losses = losses;
    }

    @Override
    public void epochEnded(Trainer trainer, EpochRecord epoch) {
      double loss = losses[(int) epoch.epoch() - 1];
      stopping.epochEnded(
          trainer, new EpochRecord(epoch.epoch(), epoch.steps(), 0, 0, Map.of("loss", loss)));
    }

    @Override
    public void fitEnded(Trainer trainer, History history) {
      stopping.fitEnded(trainer, history);
    }
  }

  @Test
  void earlyStoppingStopsAndRestoresTheBestWeights() {
    Map<String, Tensor> third;
    try (Trainer trainer = builder().build()) {
      trainer.fit(data(), Epochs.of(3));
      third = trainer.net().weights();
    }
    EarlyStopping stopping = EarlyStopping.patience(5);
    MadeUp losses = new MadeUp(stopping, 5, 4, 3, 3, 3, 3, 3, 3, 3, 3);
    try (Trainer trainer = builder().listener(losses).build()) {
      History history = trainer.fit(data(), Epochs.of(10));
      assertEquals(8, history.epochs().size());
      assertEquals(3, stopping.bestEpoch());
      assertEquals(third, trainer.net().weights());
      assertTrue(history.endedBy().contains("epoch 3"), history.endedBy());
    }
  }

  @Test
  void listenersAreCalledInOrder() {
    StringBuilder calls = new StringBuilder();
    record Named(String name, StringBuilder calls) implements Listener {
      @Override
      public void fitStarted(Trainer trainer, Epochs epochs) {
        calls.append(name).append("fit ");
      }

      @Override
      public void epochStarted(Trainer trainer, long epoch, long steps) {
        calls.append(name).append("epoch").append(epoch).append('/').append(steps).append(' ');
      }

      @Override
      public void stepEnded(Trainer trainer, StepRecord step) {
        calls.append(name).append("step").append(step.step()).append(' ');
      }

      @Override
      public void epochEnded(Trainer trainer, EpochRecord epoch) {
        calls.append(name).append("end").append(epoch.epoch()).append(' ');
      }

      @Override
      public void fitEnded(Trainer trainer, History history) {
        calls.append(name).append("done ");
      }
    }
    try (Trainer trainer =
        builder().listener(new Named("a", calls)).listener(new Named("b", calls)).build()) {
      History history = trainer.fit(Digits.load().take(64).batch(32), Epochs.of(1));
      assertEquals(
          "afit bfit aepoch1/2 bepoch1/2 astep1 bstep1 astep2 bstep2 aend1 bend1 adone bdone ",
          calls.toString());
      List<String> csv = history.toCsv().lines().toList();
      assertEquals("epoch,steps,rate,seconds,loss", csv.get(0));
      assertEquals(2, csv.size());
      assertFalse(csv.get(1).contains("NaN"));
    }
  }

  @Test
  void stepsTimeAndToleranceEndTheRun() {
    try (Trainer trainer = builder().build()) {
      assertEquals("7 steps", trainer.fit(data(), Epochs.of(9).steps(7)).endedBy());
      assertEquals(7, trainer.steps());
      Map<String, Tensor> before = trainer.state();
      assertTrue(
          trainer
              .fit(data(), Epochs.of(9).time(java.time.Duration.ZERO))
              .endedBy()
              .contains("over"));
      assertEquals(before, trainer.state());
      assertTrue(trainer.fit(data(), Epochs.of(9).tolerance(1e9)).endedBy().contains("changed"));
      assertNotEquals(before, trainer.state());
    }
  }

  @Test
  void historyGivesTheValuesOfAllEpochs() {
    History history =
        new History(
            List.of(
                new EpochRecord(1, 5, 0.1, 1, Map.of("loss", 2.0)),
                new EpochRecord(2, 10, 0.1, 1, Map.of("loss", 1.0, "val_loss", 3.0))),
            "2 epochs");
    assertArrayEquals(new double[] {2, 1}, history.values("loss"));
    assertArrayEquals(new double[] {Double.NaN, 3}, history.values("val_loss"));
    assertTrue(history.toCsv().contains("1,5,0.1,1.0,2.0,\n"), history.toCsv());
  }
}
