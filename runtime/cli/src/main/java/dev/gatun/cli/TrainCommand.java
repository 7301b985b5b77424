package dev.gatun.cli;

import dev.gatun.core.plan.Backend;
import dev.gatun.train.recipe.Recipes;
import dev.gatun.train.recipe.Run;
import dev.gatun.train.recipe.Settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a built-in network on built-in or own data. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Trains a network on the built-in digits, MNIST, a table or a text.",
    footer = {
      "",
      "Recipes:",
      "  mlp          two hidden layers; pictures and tables, classes and numbers",
      "  lenet        two convolutions and two dense layers; pictures",
      "  autoencoder  gives back its input through a narrow layer; pictures, tables",
      "  char-rnn     an LSTM that foretells the next character; text",
      "  char-gpt     a transformer (0.8 M parameters) that does; text",
      "",
      "Data: digits (1,797 pictures, built in), a folder of IDX files as MNIST has",
      "them, a .csv file whose last (or --target) column is learnt, a UTF-8 text.",
      "",
      "Runs that epochs end are the same bit for bit for a seed, on any number of",
      "threads, and when they were killed and resumed. With --minutes the learning",
      "rate follows the clock.",
      "",
      "Examples:",
      "  gatun train mlp",
      "  gatun train lenet --data mnist --epochs 5 --checkpoints run --curves loss.svg",
      "  gatun train mlp --data wine.csv --target quality --ui",
      "  gatun train char-gpt --data shakespeare.txt --minutes 15 --checkpoints gpt",
      "  gatun resume gpt",
      "  gatun evaluate gpt"
    })
final class TrainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RECIPE",
      description = "mlp, lenet, autoencoder, char-rnn or char-gpt.")
  @Nullable String recipe;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on with the run of this folder.")
  @Nullable Path resume;

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat to learn:%n")
  Data data = new Data();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow to train:%n")
  How how = new How();

  @Mixin TrainReports reports = new TrainReports();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  /** Options about the data. */
  static final class Data {
    @Option(
        names = "--data",
        paramLabel = "DATA",
        description = "digits (default), a folder of IDX files, a .csv file or a text file.")
    String data = "";

    @Option(
        names = "--target",
        paramLabel = "COLUMN",
        description = "Column of the table to learn (default: the last one).")
    String target = "";

    @Option(names = "--numbers", description = "That column is a number to estimate, not a class.")
    boolean numbers;

    @Option(names = "--no-header", description = "The table's columns have no names but 0, 1, ...")
    boolean noHeader;

    @Option(names = "--fill", description = "Replace missing numbers by their column's mean.")
    boolean fill;

    @Option(
        names = "--validation",
        paramLabel = "SHARE",
        description = "Share of the data to hold back (default 0.1).")
    double validation = 0.1;

    @Option(
        names = "--context",
        paramLabel = "N",
        description = "Characters that a text model sees (default 64).")
    int context;
  }

  /** Options about the training. */
  static final class How {
    @Option(names = "--epochs", paramLabel = "N", description = "How often to go through the data.")
    long epochs;

    @Option(names = "--minutes", paramLabel = "M", description = "End after this time.")
    double minutes;

    @Option(names = "--batch", paramLabel = "N", description = "Samples a step.")
    int batch;

    @Option(names = "--rate", paramLabel = "R", description = "Highest learning rate.")
    double rate;

    @Option(names = "--seed", paramLabel = "N", description = "Decides all that is random.")
    long seed = 1;

    @Option(names = "--threads", paramLabel = "N", description = "0 is all processors (default).")
    int threads;

    @Option(
        names = "--backend",
        paramLabel = "NAME",
        description = "auto (default), vector, onednn, openblas or reference.")
    String backend = "auto";

    @Option(
        names = "--checkpoints",
        paramLabel = "DIR",
        description = "Write checkpoints to this folder, to resume and evaluate.")
    @Nullable Path checkpoints;
  }

  @Override
  public Integer call() {
    if ((recipe == null) == (resume == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "give a recipe (" + String.join(", ", Recipes.names()) + ") or --resume DIR");
    }
    if (resume != null) {
      return ResumeCommand.resume(resume, reports, spec.commandLine().getOut());
    }
    Settings settings =
        new Settings(
            String.valueOf(recipe),
            data.data,
            data.target,
            data.numbers,
            !data.noHeader,
            data.fill,
            how.epochs,
            how.minutes,
            how.batch,
            how.rate,
            data.validation,
            data.context,
            how.seed,
            how.threads,
            how.backend);
    Backend.parse(how.backend).prepare();
    return reports.train(
        settings.recipe() + " on " + settings.data(),
        spec.commandLine().getOut(),
        listeners ->
            Run.begin(
                settings, Optional.ofNullable(how.checkpoints), reports.everySteps, listeners));
  }
}
