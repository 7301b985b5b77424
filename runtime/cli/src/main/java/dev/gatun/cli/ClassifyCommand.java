package dev.gatun.cli;

import dev.gatun.models.task.ImageClassifier;
import dev.gatun.models.task.Label;
import dev.gatun.models.task.Labelled;
import dev.gatun.models.task.TextClassifier;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sorts texts or pictures into classes. */
@Command(
    name = "classify",
    mixinStandardHelpOptions = true,
    description = {
      "Sorts texts or pictures into the classes of a network.",
      "A folder with preprocessor_config.json, or --network, is for pictures."
    },
    footer = {
      "",
      "Examples:",
      "  gatun classify distilbert-sst2 \"A joy.\" \"A bore.\"",
      "  gatun classify vit-folder photo.jpg --top-k 5",
      "  gatun classify resnet50.safetensors photo.jpg --network resnet50 --labels names.txt"
    })
final class ClassifyCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "FOLDER",
      description = "A Hugging Face folder, or a file of weights with --network.")
  Path folder = Path.of("");

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "THING",
      description = "What to sort: texts, or files of pictures.")
  List<String> things = new ArrayList<>();

  @Option(names = "--top-k", paramLabel = "K", description = "Print the K likeliest (default 1).")
  int topK = 1;

  @Mixin NetworkFile weights = new NetworkFile();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    if (weights.isGiven() || Files.exists(folder.resolve("preprocessor_config.json"))) {
      pictures();
    } else {
      texts();
    }
    return 0;
  }

  private void texts() {
    try (TextClassifier classifier = TextClassifier.load(folder)) {
      for (String text : things) {
        print(text, classifier.classify(text));
      }
    }
  }

  private void pictures() {
    try (ImageClassifier classifier =
        weights.isGiven()
            ? ImageClassifier.torchvision(folder, weights.network, weights.names())
            : ImageClassifier.load(folder)) {
      for (String picture : things) {
        List<Label> labels = new ArrayList<>();
        for (Labelled found : classifier.classify(Path.of(picture), Math.max(topK, 1))) {
          labels.add(new Label(found.label(), found.score()));
        }
        print(picture, labels);
      }
    }
  }

  private void print(String thing, List<Label> labels) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(thing);
    for (Label label : labels.subList(0, Math.clamp(topK, 1, labels.size()))) {
      out.printf(Locale.ROOT, "  %-24s %.4f%n", label.label(), label.score());
    }
  }
}
