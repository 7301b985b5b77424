package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class TrainCommandTests extends CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private static Path latest(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  private static Map<String, Tensor> weights(Path run) throws IOException {
    Map<String, Tensor> all = Safetensors.read(latest(run)).tensors();
    assertTrue(all.keySet().stream().anyMatch(name -> name.contains("dense1.weight")), "" + all);
    // The clock is kept, too, and is never the same.
    all = new java.util.TreeMap<>(all);
    all.keySet().removeIf(name -> name.startsWith("listener/"));
    return all;
  }

  @Test
  void aRunLeavesAllItWasAskedFor() throws IOException {
    int code =
        gatun(
            "train",
            "mlp",
            "--epochs",
            "8",
            "--threads",
            "2",
            "--checkpoints",
            at("run"),
            "--history",
            at("h.csv"),
            "--curves",
            at("sub/c.svg"),
            "--events",
            at("events"));
    assertEquals(0, code, err::toString);
    assertTrue(out.toString().contains("mlp on digits: "), out.toString());
    List<String> csv = Files.readAllLines(folder.resolve("h.csv"));
    assertEquals("epoch,steps,rate,seconds,loss,accuracy,val_loss,val_accuracy", csv.get(0));
    assertEquals(9, csv.size());
    assertTrue(Files.readString(folder.resolve("sub/c.svg")).endsWith("</svg>\n"));
    try (Stream<Path> events = Files.list(folder.resolve("events"))) {
      assertEquals(1, events.filter(f -> f.toString().contains("tfevents")).count());
    }
    assertEquals(0, gatun("evaluate", at("run")), err::toString);
    String accuracy =
        out.toString().lines().filter(l -> l.startsWith("accuracy")).findFirst().orElseThrow();
    assertTrue(Double.parseDouble(accuracy.substring(20).strip()) > 0.85, accuracy);
    assertEquals(1, gatun("train", "mlp", "--checkpoints", at("run")));
    assertTrue(err.toString().contains("holds a run already"), err.toString());
    // A run that has ended has nothing left to do, and stays as it is.
    Map<String, Tensor> before = weights(folder.resolve("run"));
    assertEquals(0, gatun("resume", at("run")), err::toString);
    assertEquals(before, weights(folder.resolve("run")));
  }

  @Test
  void aKilledRunResumesToTheSameBits() throws Exception {
    List<String> args =
        List.of("mlp", "--epochs", "6", "--checkpoint-every", "5", "--seed", "3", "--threads");
    String[] whole = Stream.concat(Stream.of("train"), args.stream()).toArray(String[]::new);
    String[] all = java.util.Arrays.copyOf(whole, whole.length + 3);
    all[whole.length] = "1";
    all[whole.length + 1] = "--checkpoints";
    all[whole.length + 2] = at("whole");
    assertEquals(0, gatun(all), err::toString);

    Path killed = folder.resolve("killed");
    List<String> command = new ArrayList<>(java());
    command.add("train");
    command.addAll(args);
    command.addAll(List.of("2", "--checkpoints", killed.toString()));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      // Killed as soon as it has written some steps, wherever it is then.
      while (process.isAlive() && !hasCheckpoint(killed)) {
        Thread.onSpinWait();
      }
      assertTrue(hasCheckpoint(killed), () -> read(log));
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertEquals(0, gatun("train", "--resume", killed.toString()), err::toString);
    assertTrue(out.toString().contains("resumed after step"), out.toString());
    assertEquals(weights(folder.resolve("whole")), weights(killed));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static boolean hasCheckpoint(Path run) throws IOException {
    if (!Files.isDirectory(run)) {
      return false;
    }
    try (Stream<Path> files = Files.list(run)) {
      return files.anyMatch(file -> file.toString().endsWith(".safetensors"));
    }
  }

  private static List<String> java() {
    String path =
        String.join(
            File.pathSeparator,
            "target/classes",
            System.getProperty("jdk.module.path", ""),
            System.getProperty("java.class.path", ""));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules",
        "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-Dgatun.native.dir=" + System.getProperty("gatun.native.dir", ""),
        "-Dgatun.backend=" + System.getProperty("gatun.backend", "auto"),
        "-Dgatun.tuning=off",
        "-cp",
        path,
        "dev.gatun.cli.Main");
  }

  @Test
  void aTextIsLearntAndWritten() throws IOException {
    Path text = Files.writeString(folder.resolve("t.txt"), "abcdefgh\n".repeat(300));
    int code =
        gatun(
            "train",
            "char-rnn",
            "--data",
            text.toString(),
            "--context",
            "12",
            "--epochs",
            "6",
            "--checkpoints",
            at("run"));
    assertEquals(0, code, err::toString);
    assertEquals(0, gatun("evaluate", at("run"), "--length", "90"), err::toString);
    assertTrue(out.toString().contains("perplexity"), out.toString());
    assertTrue(out.toString().contains("abcdefgh\nabcdefgh\n"), out.toString());
    Path other = Files.writeString(folder.resolve("o.txt"), "abcXdefgh\n".repeat(50));
    assertEquals(1, gatun("evaluate", at("run"), "--data", other.toString()));
    assertTrue(err.toString().contains("U+0058"), err.toString());
  }

  static Stream<Arguments> mistakes() {
    String good = "a,b,kind\n" + "1,2,x\n3,1,y\n".repeat(20);
    return Stream.of(
        Arguments.of(good, List.of("train", "none"), "there is no recipe 'none'; there are mlp"),
        Arguments.of(
            good, List.of("train", "mlp", "--data", "F", "--target", "c"), "no column 'c'"),
        Arguments.of(good, List.of("train", "lenet", "--data", "F"), "needs pictures"),
        Arguments.of(
            good, List.of("train", "mlp", "--data", "F", "--numbers"), "line 2: column 'kind'"),
        Arguments.of(
            good + "1,,x\n", List.of("train", "mlp", "--data", "F"), "line 42: column 'b' has no"),
        Arguments.of(
            good + "1,NaN,x\n", List.of("train", "mlp", "--data", "F"), "line 42: column 'b'"),
        Arguments.of(good + "1,x\n", List.of("train", "mlp", "--data", "F"), "line 42: has 2"),
        Arguments.of(good, List.of("train", "char-gpt", "--data", "F"), "more than the 64"),
        Arguments.of(good, List.of("train", "char-gpt"), "give its file as --data"),
        Arguments.of(good, List.of("train", "mlp", "--checkpoints", "F/run"), "cannot write to"),
        Arguments.of(good, List.of("train", "mlp", "--history", "F/h.csv"), "cannot be written"),
        Arguments.of(good, List.of("train", "mlp", "--events", "F/e"), "cannot write to"),
        Arguments.of(good, List.of("train", "mlp", "--validation", "1"), "--validation must be"),
        Arguments.of(good, List.of("train", "mlp", "--ui", "70000"), "port"),
        Arguments.of(good, List.of("evaluate", "F"), "is no folder of a run"),
        Arguments.of(good, List.of("resume", "F"), "is no folder of a run"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("mistakes")
  void mistakesAreOneMessage(String data, List<String> args, String expected) throws IOException {
    Path file = Files.writeString(folder.resolve("data.csv"), data);
    String[] given =
        args.stream()
            .map(arg -> arg.equals("F") || arg.startsWith("F/") ? file + arg.substring(1) : arg)
            .toArray(String[]::new);
    assertEquals(1, gatun(given), out + " " + err);
    String message = err.toString();
    assertEquals(1, message.strip().lines().count(), message);
    assertTrue(message.startsWith("gatun: ") && message.contains(expected), message);
    assertFalse(message.contains("internal error"), message);
  }

  @Test
  void neitherRecipeNorFolderIsWrongUsage() {
    assertEquals(2, gatun("train"));
    assertTrue(err.toString().contains("mlp, lenet"), err.toString());
    assertEquals(0, gatun("train", "--help"));
    assertTrue(out.toString().contains("Examples:"), out.toString());
  }
}
