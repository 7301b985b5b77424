package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Sample;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A worker seen from outside. */
final class WorkerProcess implements AutoCloseable {
  /** One measurement: how many runs, the fastest and the median. */
  record Times(int runs, double minMs, double medianMs) {}

  private final EngineCommand engine;
  private final Path errors;
  private final Process process;
  private final BufferedReader in;
  private final BufferedWriter out;
  private final double firstResultMs;
  private final double loadMs;
  private final double firstRunMs;

  private WorkerProcess(EngineCommand engine, List<String> command, int threads, Path errors) {
    this.engine = engine;
    this.errors = errors;
    try {
      long begin = System.nanoTime();
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      // Engines with OpenMP ask the environment.
      builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
      process = builder.start();
      in = process.inputReader(StandardCharsets.UTF_8);
      out = process.outputWriter(StandardCharsets.UTF_8);
      String[] ready = answer().split(" ", 3);
      firstResultMs = (System.nanoTime() - begin) / 1e6;
      loadMs = Double.parseDouble(ready[1]);
      firstRunMs = Double.parseDouble(ready[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a process and waits for its first result.
   *
   * @param quick whether Gatun starts on oneDNN's kernels, which need no warming
   * @param work where its archive of classes is, and what it says besides
   */
  static WorkerProcess start(
      EngineCommand engine,
      Contestant contestant,
      int threads,
      String backend,
      boolean quick,
      Path work) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmn16m",
            "-XX:Tier3DelayOn=100000",
            "-XX:Tier0ProfilingStartPercentage=1000000",
            "-XX:CompilerThreadStackSize=8192",
            "-XX:+AutoCreateSharedArchive",
            "-XX:SharedArchiveFile=" + work.resolve(engine.id() + ".jsa"),
            // Both have options that the JDK's own archive was not made with; it is used all the
            // same.
            "-Xlog:disable"));
    command.addAll(engine.options());
    command.add(engine.worker().getName());
    command.addAll(
        List.of(
            engine.id(),
            contestant.model(),
            contestant.inputs().toString(),
            Integer.toString(threads),
            backend,
            Boolean.toString(quick)));
    return new WorkerProcess(engine, command, threads, work.resolve(engine.id() + ".err"));
  }

  /** Runs the model for some time. */
  Times measure(double seconds) {
    String[] words = ask("measure " + seconds).split(" ", 3);
    return new Times(
        Integer.parseInt(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
  }

  /** Results of the last run. */
  List<Sample> outputs(Path file) {
    ask("outputs " + file);
    try {
      return Sample.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long flops() {
    return Long.parseLong(ask("flops"));
  }

  long peakBytes() {
    return Long.parseLong(ask("memory"));
  }

  String version() {
    return ask("version");
  }

  /** From the start of the process to the first result. */
  double firstResultMs() {
    return firstResultMs;
  }

  /** From the model's file to a session that can run. */
  double loadMs() {
    return loadMs;
  }

  /** The first run alone. */
  double firstRunMs() {
    return firstRunMs;
  }

  private String ask(String command) {
    try {
      out.write(command + "\n");
      out.flush();
      return answer();
    } catch (IOException e) {
      throw new EngineException(engine, "the process died: " + e.getMessage());
    }
  }

  private String answer() throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith(Worker.MARK + "error ")) {
        throw new EngineException(engine, line.substring((Worker.MARK + "error ").length()));
      }
      if (line.startsWith(Worker.MARK)) {
        return line.substring(Worker.MARK.length());
      }
    }
    throw new EngineException(engine, "the process ended without an answer" + lastWords());
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(errors);
    return lines.isEmpty()
        ? ""
        : ": " + String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  /** Ends the process in an orderly way: it may write its archive of classes. */
  @Override
  public void close() {
    try {
      out.write("quit\n");
      out.close();
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
