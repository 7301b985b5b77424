package dev.gatun.cli;

import dev.gatun.models.task.Label;
import dev.gatun.models.task.TextClassifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sorts texts into classes. */
@Command(
    name = "classify",
    mixinStandardHelpOptions = true,
    description = "Sorts texts into the classes of a network for sequence classification.",
    footer = {"", "Examples:", "  gatun classify distilbert-sst2 \"A joy.\" \"A bore.\""})
final class ClassifyCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FOLDER", description = "A Hugging Face folder.")
  Path folder = Path.of("");

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "TEXT", description = "What to sort.")
  List<String> texts = new ArrayList<>();

  @Option(names = "--top-k", paramLabel = "K", description = "Print the K likeliest (default 1).")
  int topK = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (TextClassifier classifier = TextClassifier.load(folder)) {
      for (String text : texts) {
        List<Label> labels = classifier.classify(text);
        out.println(text);
        for (Label label : labels.subList(0, Math.clamp(topK, 1, labels.size()))) {
          out.printf(Locale.ROOT, "  %-24s %.4f%n", label.label(), label.score());
        }
      }
    }
    return 0;
  }
}
