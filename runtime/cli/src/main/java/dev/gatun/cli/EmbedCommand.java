package dev.gatun.cli;

import dev.gatun.models.task.TextEmbedder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns texts into vectors. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = "Turns texts into vectors of length 1: the mean of an encoder's states.",
    footer = {
      "",
      "Examples:",
      "  gatun embed minilm \"a cat\" \"a kitten\"               a line of numbers each",
      "  gatun embed minilm \"a cat\" \"a kitten\" --similarity  products of all pairs"
    })
final class EmbedCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FOLDER", description = "A Hugging Face folder.")
  Path folder = Path.of("");

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "TEXT", description = "What to embed.")
  List<String> texts = new ArrayList<>();

  @Option(names = "--similarity", description = "Print how similar the texts are instead.")
  boolean similarity;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (TextEmbedder embedder = TextEmbedder.load(folder)) {
      List<float[]> vectors = texts.stream().map(embedder::embed).toList();
      for (float[] a : vectors) {
        StringJoiner line = new StringJoiner(" ");
        if (similarity) {
          vectors.forEach(b -> line.add(String.format(Locale.ROOT, "%7.4f", product(a, b))));
        } else {
          for (float x : a) {
            line.add(String.format(Locale.ROOT, "%.6f", x));
          }
        }
        out.println(line);
      }
    }
    return 0;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * (double) b[i];
    }
    return sum;
  }
}
