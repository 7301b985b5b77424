package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.task.TextClassifier;
import dev.gatun.models.task.TextTuning;
import dev.gatun.train.data.Csv;
import dev.gatun.train.data.IndexedDataset;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Teaches a published network to sort texts into classes. */
@Command(
    name = "finetune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Teaches a published network to sort texts into the classes of a table.",
      "Its head is replaced; the new folder is what classify takes."
    },
    footer = {
      "",
      "Example:",
      "  gatun finetune distilbert reviews.csv --text review --label stars --out stars",
      "  gatun classify stars \"Not worth the paper.\""
    })
final class FineTuneCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FOLDER", description = "A Hugging Face folder.")
  Path folder = Path.of("");

  @Parameters(index = "1", paramLabel = "TABLE", description = "A .csv file with a header.")
  Path table = Path.of("");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The new folder; must not exist yet.")
  Path out = Path.of("");

  @Option(names = "--text", paramLabel = "COLUMN", description = "Its texts (default text).")
  String text = "text";

  @Option(names = "--label", paramLabel = "COLUMN", description = "Their classes (default label).")
  String label = "label";

  @Option(names = "--test", paramLabel = "TABLE", description = "Measure on this table afterwards.")
  @Nullable Path test;

  @Option(names = "--epochs", paramLabel = "N", description = "How often to read it (default 3).")
  long epochs = TextTuning.DEFAULT.epochs();

  @Option(names = "--batch", paramLabel = "N", description = "Texts a step (default 32).")
  int batch = TextTuning.DEFAULT.batch();

  @Option(names = "--rate", paramLabel = "R", description = "Highest learning rate (default 5e-5).")
  double rate = TextTuning.DEFAULT.rate();

  @Option(names = "--words", paramLabel = "N", description = "Cut to N tokens (default 128).")
  int words = TextTuning.DEFAULT.words();

  @Option(names = "--seed", paramLabel = "N", description = "Decides what is random (default 1).")
  long seed = TextTuning.DEFAULT.seed();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    if (Files.exists(out)) {
      throw new GatunException(out + ": exists already; choose another --out");
    }
    List<TextTuning.Example> examples = read(table);
    List<TextTuning.Example> tests = test == null ? List.of() : read(test);
    PrintWriter screen = spec.commandLine().getOut();
    TextTuning tuning = new TextTuning(epochs, batch, rate, words, seed);
    PrintStream lines = new PrintStream(new WriterStream(screen), true, StandardCharsets.UTF_8);
    try (TextClassifier classifier =
        tuning.tune(folder, examples, dev.gatun.train.Progress.to(lines, false))) {
      if (!tests.isEmpty()) {
        screen.printf(
            Locale.ROOT,
            "%.4f of %d texts are sorted right%n",
            TextTuning.accuracy(classifier, tests),
            tests.size());
      }
      classifier.save(out);
    }
    screen.println("saved in " + out);
    return 0;
  }

  private List<TextTuning.Example> read(Path file) {
    IndexedDataset rows = Csv.of(file).text("text", text).text("label", label).read();
    List<TextTuning.Example> all = new ArrayList<>();
    for (long i = 0; i < rows.count(); i++) {
      all.add(
          new TextTuning.Example(
              rows.get(i).get("text").getString(0), rows.get(i).get("label").getString(0)));
    }
    return all;
  }
}
