package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Sample;
import dev.gatun.bench.measure.Statistics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A process with one engine. It loads a model, runs it once, and then does what its input tells,
 * waiting in a read in between, so that the other engine has the machine to itself.
 *
 * <p>It and what it uses for an engine need nothing else of Gatun: the other engine's process holds
 * no class that it does not need.
 */
public final class Worker {
  /** Before every line of the conversation; libraries may print what they like besides. */
  static final String MARK = "@gatun ";

  private static final int MIN_RUNS = 3;

  private final Engine engine;
  private final PrintStream out;

  private Worker(Engine engine, PrintStream out) {
    this.engine = engine;
    this.out = out;
  }

  /** Makes the engine that a process is started for. */
  @FunctionalInterface
  public interface Factory {
    /**
     * An engine.
     *
     * @param id the one that is wanted
     * @param backend Gatun's
     * @param quick whether Gatun starts on kernels that need no warming
     */
    Engine create(String id, int threads, String backend, boolean quick);
  }

  /**
   * Serves until told to quit, and ends the process.
   *
   * @param args engine, model, file of inputs, threads, backend, quick start
   */
  public static void serve(String[] args, Factory factory) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      Engine engine =
          factory.create(
              args[0], Integer.parseInt(args[3]), args[4], Boolean.parseBoolean(args[5]));
      new Worker(engine, out).work(args[1], Path.of(args[2]));
    } catch (Throwable e) {
      out.println(MARK + "error " + String.valueOf(e).replaceAll("\\s*\\R\\s*", " | "));
      System.exit(1);
    }
    System.exit(0);
  }

  private void work(String model, Path inputs) throws Exception {
    List<Sample> samples = Sample.read(inputs);
    long begin = System.nanoTime();
    engine.load(model, samples);
    long loaded = System.nanoTime();
    engine.run();
    say("ready " + (loaded - begin) / 1e6 + " " + (System.nanoTime() - loaded) / 1e6);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 2);
      switch (words[0]) {
        case "measure" -> measure(Double.parseDouble(words[1]));
        case "outputs" -> {
          Sample.write(Path.of(words[1]), engine.outputs());
          say("done");
        }
        case "flops" -> say(Long.toString(engine.flops()));
        case "memory" -> say(Long.toString(peakResidentBytes()));
        case "version" -> say(engine.version());
        case "quit" -> {
          return;
        }
        default -> throw new IllegalArgumentException("unknown command " + line);
      }
    }
  }

  private void say(String text) {
    out.println(MARK + text);
  }

  // What the other engine left in the caches is replaced in the first tenth, which does not count.
  private void measure(double seconds) throws Exception {
    repeat(seconds / 10, 1);
    double[] times = repeat(seconds, MIN_RUNS);
    Arrays.sort(times);
    say(times.length + " " + times[0] + " " + Statistics.median(times));
  }

  private double[] repeat(double seconds, int least) throws Exception {
    double[] times = new double[1024];
    int count = 0;
    long now = System.nanoTime();
    long end = now + (long) (seconds * 1e9);
    while (now < end || count < least) {
      engine.run();
      long after = System.nanoTime();
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
      }
      times[count++] = (after - now) / 1e6;
      now = after;
    }
    return Arrays.copyOf(times, count);
  }

  /** The most memory this process ever had; 0 where the system does not tell. */
  private static long peakResidentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    }
    return 0;
  }
}
