package dev.gatun.bench.train;

import dev.gatun.bench.duel.Contestant;
import dev.gatun.bench.duel.DuelOptions;
import dev.gatun.bench.duel.EngineCommand;
import dev.gatun.bench.duel.Match;
import dev.gatun.bench.duel.ResultTable;
import dev.gatun.bench.duel.Results;
import java.io.File;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@code bench/train}. */
@Command(
    name = "bench/train",
    mixinStandardHelpOptions = true,
    description = {
      "Measures steps of training (forward, loss, backward, AdamW) of Gatun against PyTorch through"
          + " DJL: same net, weights and batches, each engine in a process of its own, in turn, with"
          + " the same number of threads.",
      "Ratios are Gatun's time divided by PyTorch's: below 1 Gatun is faster; cold is from the start"
          + " of a process to the end of its first step. Exit code 1 when the losses of the first"
          + " steps disagree or a net cannot be trained."
    },
    footer = {
      "",
      "Examples:",
      "  bench/train --threads 1,4",
      "  bench/train resnet18 lstm --rounds 9 --cold 3 --json result.json"
    })
final class Train implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "NET",
      description = "mlp, lenet, resnet18, lstm, transformer (default: all).")
  List<String> nets = new ArrayList<>();

  @Mixin final DuelOptions options = new DuelOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  /** Runs a command line and ends the process. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return DuelOptions.commandLine(new Train());
  }

  @Override
  public Integer call() {
    options.check();
    List<Task> tasks =
        nets.isEmpty() ? List.of(Task.values()) : nets.stream().map(Task::parse).toList();
    Map<String, Supplier<Contestant>> contestants = new LinkedHashMap<>();
    tasks.forEach(
        task -> contestants.put(task.title(), () -> TrainContestant.of(task, options.work())));
    EngineCommand gatun =
        EngineCommand.gatun(TrainWorker.GATUN, TrainWorker.class, "dev.gatun.train");
    PrintWriter out = spec.commandLine().getOut();
    Results all = new Match(gatun, pyTorch(), options, out).run(contestants, options::save);
    options.save(all);
    ResultTable.summary(all.results()).forEach(out::println);
    return all.isGood() ? 0 : CommandLine.ExitCode.SOFTWARE;
  }

  private EngineCommand pyTorch() {
    String jars = System.getProperty("gatun.bench.pytorch", "");
    if (jars.isEmpty()) {
      throw new IllegalStateException(
          "where PyTorch's jars are is not known: -Dgatun.bench.pytorch=PATH, as bench/train sets");
    }
    return EngineCommand.peer(
        TrainWorker.PEER,
        "PyTorch",
        TrainWorker.class,
        List.of(jars.split(File.pathSeparator, -1)),
        // The native library comes from its jar, nothing over the network.
        "-Dai.djl.offline=true",
        "-DDJL_CACHE_DIR=" + options.work().resolve("pytorch"),
        "-Dai.djl.pytorch.num_interop_threads=1");
  }
}
