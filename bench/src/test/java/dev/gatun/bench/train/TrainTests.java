package dev.gatun.bench.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.measure.Sample;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  private final StringWriter out = new StringWriter();

  private int train(String... args) {
    CommandLine line = Train.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    return line.execute(args);
  }

  @Test
  void netsHaveTheSizesOfTheirPapers() {
    assertEquals(535_818, GatunNets.of(Task.MLP).parameterCount());
    assertEquals(11_689_512, GatunNets.of(Task.RESNET18).parameterCount());
    for (Task task : Task.values()) {
      assertEquals(task, Task.parse(task.title()));
    }
  }

  @Test
  void contestantsAreTheSameInEveryRun() throws IOException {
    Path first = TrainContestant.of(Task.MLP, directory.resolve("a")).inputs();
    List<Sample> samples = Sample.read(first);
    List<Sample> again = Sample.read(TrainContestant.of(Task.MLP, directory.resolve("b")).inputs());
    assertEquals(6 + 1 + Task.TARGETS, samples.size());
    for (int i = 0; i < samples.size(); i++) {
      assertEquals(samples.get(i).name(), again.get(i).name());
      assertArrayEquals(samples.get(i).data(), again.get(i).data());
    }
    assertEquals("decaying/dense1.weight", samples.get(0).name());
    assertEquals("plain/dense1.bias", samples.get(1).name());
  }

  @Test
  void gatunLearnsFromWhatIsWritten() throws IOException {
    GatunTraining engine = new GatunTraining(1, "auto", true);
    engine.load("mlp", Sample.read(TrainContestant.of(Task.MLP, directory).inputs()));
    engine.run();
    Sample losses = engine.outputs().get(0);
    // Before anything is learnt, all ten classes are about as likely.
    double first = ByteBuffer.wrap(losses.data()).order(ByteOrder.nativeOrder()).getDouble();
    assertEquals(Math.log(10), first, 0.2);
  }

  @Test
  void gatesComeInPyTorchsOrder() {
    // i, o, f, c of two units each, for two biases.
    float[] values = {0, 1, 10, 11, 20, 21, 30, 31, 100, 101, 110, 111, 120, 121, 130, 131};
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    data.asFloatBuffer().put(values);
    Sample bias = new Sample("plain/lstm1.bias", "F32", new long[] {1, 16}, data.array());
    FloatBuffer found = TorchNets.asPyTorch(bias).order(ByteOrder.nativeOrder()).asFloatBuffer();
    float[] ordered = new float[16];
    found.get(ordered);
    assertArrayEquals(
        new float[] {0, 1, 20, 21, 30, 31, 10, 11, 100, 101, 120, 121, 130, 131, 110, 111},
        ordered);
  }

  @Test
  void badArgumentsAreRefused() {
    assertTrue(train("vgg") != 0);
    assertTrue(out.toString().contains("there is no net 'vgg'; there are [mlp,"), out.toString());
    assertTrue(train("mlp", "--rounds=0") != 0);
    // The jars of PyTorch are the launcher's business.
    assertTrue(train("mlp") != 0);
    assertTrue(out.toString().contains("-Dgatun.bench.pytorch=PATH"), out.toString());
  }
}
