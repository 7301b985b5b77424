package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.task.ImageClassifier;
import dev.gatun.models.task.ImageTuning;
import dev.gatun.models.task.TextClassifier;
import dev.gatun.models.task.TextTuning;
import dev.gatun.train.Progress;
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

/** Teaches a published network to sort texts or pictures into classes. */
@Command(
    name = "finetune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Teaches a published network to sort texts into the classes of a table, or pictures into"
          + " those of a folder.",
      "Its head is replaced (and, for pictures, trained alone at first); the new folder is what"
          + " classify takes."
    },
    footer = {
      "",
      "Examples:",
      "  gatun finetune vit scans --out scan-vit      pictures: scans/sound/*.png, scans/sick/*.png",
      "  gatun finetune distilbert reviews.csv --text review --label stars --out stars",
      "  gatun classify stars \"Not worth the paper.\""
    })
final class FineTuneCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FOLDER", description = "A Hugging Face folder.")
  Path folder = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description = "A .csv file with a header, or a folder with a folder of pictures a class.")
  Path data = Path.of("");

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

  @Option(names = "--test", paramLabel = "DATA", description = "Measure on this afterwards.")
  @Nullable Path test;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How often to read it (default 3, pictures 5).")
  @Nullable Long epochs;

  @Option(
      names = "--head-epochs",
      paramLabel = "N",
      description = "Pictures: how often before that for the new head alone (default 5).")
  long headEpochs = ImageTuning.DEFAULT.headEpochs();

  @Option(
      names = "--head-rate",
      paramLabel = "R",
      description = "Pictures: highest learning rate for the head alone (default 1e-3).")
  double headRate = ImageTuning.DEFAULT.headRate();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Examples a step (default 32, pictures 16).")
  @Nullable Integer batch;

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
    PrintWriter screen = spec.commandLine().getOut();
    PrintStream lines = new PrintStream(new WriterStream(screen), true, StandardCharsets.UTF_8);
    Progress progress = Progress.to(lines, false);
    if (Files.isDirectory(data)) {
      pictures(progress);
    } else {
      texts(progress);
    }
    screen.println("saved in " + out);
    return 0;
  }

  private void texts(Progress progress) {
    List<TextTuning.Example> examples = read(data);
    List<TextTuning.Example> tests = test == null ? List.of() : read(test);
    TextTuning usual = TextTuning.DEFAULT;
    TextTuning tuning =
        new TextTuning(
            epochs == null ? usual.epochs() : epochs,
            batch == null ? usual.batch() : batch,
            rate,
            words,
            seed);
    try (TextClassifier classifier = tuning.tune(folder, examples, progress)) {
      if (!tests.isEmpty()) {
        measured(TextTuning.accuracy(classifier, tests), tests.size(), "texts");
      }
      classifier.save(out);
    }
  }

  private void pictures(Progress progress) {
    List<ImageTuning.Example> examples = ImageTuning.Example.read(data);
    List<ImageTuning.Example> tests = test == null ? List.of() : ImageTuning.Example.read(test);
    ImageTuning usual = ImageTuning.DEFAULT;
    ImageTuning tuning =
        usual
            .epochs(headEpochs, epochs == null ? usual.epochs() : epochs)
            .batch(batch == null ? usual.batch() : batch)
            .rates(headRate, rate)
            .seed(seed);
    try (ImageClassifier classifier = tuning.tune(folder, examples, progress)) {
      if (!tests.isEmpty()) {
        measured(ImageTuning.accuracy(classifier, tests), tests.size(), "pictures");
      }
      classifier.save(out);
    }
  }

  private void measured(double accuracy, int count, String what) {
    spec.commandLine()
        .getOut()
        .printf(Locale.ROOT, "%.4f of %d %s are sorted right%n", accuracy, count, what);
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
