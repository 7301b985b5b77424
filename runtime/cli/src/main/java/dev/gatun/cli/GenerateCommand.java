package dev.gatun.cli;

import dev.gatun.models.task.Answer;
import dev.gatun.models.task.TextGenerator;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Goes on with a text. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Goes on with a text, printing it as it comes.",
    footer = {
      "",
      "Examples:",
      "  gatun generate gpt2 --prompt \"The canal\" --max-tokens 50",
      "  gatun generate gpt2 --prompt \"Once\" --temperature 0.8 --top-p 0.9 --seed 7",
      "  gatun generate flan-t5 --prompt \"translate English to German: Good day\" --beams 4"
    })
final class GenerateCommand implements Callable<Integer> {
  @Mixin WritingOptions options = new WritingOptions();

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      required = true,
      description = "The text to go on with.")
  String prompt = "";

  @Option(names = "--stats", description = "Tell on standard error how fast it was.")
  boolean stats;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (TextGenerator generator = options.load()) {
      long begin = System.nanoTime();
      Answer answer =
          generator.generate(
              prompt,
              options.search(generator),
              options.stops,
              piece -> {
                out.print(piece);
                out.flush();
                return true;
              });
      out.println();
      if (stats) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        spec.commandLine()
            .getErr()
            .printf(
                Locale.ROOT,
                "%d tokens in %.2f s, %.1f a second, compiling included; ended by %s%n",
                answer.words(),
                seconds,
                answer.words() / seconds,
                answer.end().name().toLowerCase(Locale.ROOT));
      }
    }
    return 0;
  }
}
