package dev.gatun.cli;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.pass.WeightType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.generate.Rules;
import dev.gatun.models.generate.Sampling;
import dev.gatun.models.generate.Search;
import dev.gatun.models.task.TextGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that writes text takes; what is not given is as the folder says. */
final class WritingOptions {
  @Parameters(
      index = "0",
      paramLabel = "FOLDER",
      description = "A Hugging Face folder (config.json, weights, tokenizer.json) or a .gguf file.")
  Path folder = Path.of("");

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens that come (default: as the folder says, or 200).")
  @Nullable Integer most;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Below 1 prefers likely tokens; 0 takes the likeliest always.")
  @Nullable Double temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Only the K likeliest tokens.")
  @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Only the likeliest tokens that have the probability P together.")
  @Nullable Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Only tokens at least P times as likely as the likeliest.")
  @Nullable Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Above 1 avoids tokens that were there before.")
  @Nullable Double repetition;

  @Option(names = "--beams", paramLabel = "N", description = "Search with N beams.")
  @Nullable Integer beams;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides what is drawn; the same seed gives the same text (default 0).")
  long seed;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Text that ends the answer.")
  List<String> stops = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads, the caller included; 0 is all processors (default).")
  int threads;

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      description =
          "Round weights to bf16, int8 or int4 in memory: faster, less accurate"
              + " (default: as they are).")
  @Nullable String weights;

  TextGenerator load() {
    SessionOptions options = SessionOptions.DEFAULT.threads(threads);
    return TextGenerator.load(folder, weights == null ? options : options.weights(type(weights)));
  }

  private static WeightType type(String name) {
    for (WeightType type : WeightType.values()) {
      if (type.name().equalsIgnoreCase(name)) {
        return type;
      }
    }
    throw new GatunException("--weights must be bf16, int8 or int4, not '" + name + "'");
  }

  Search search(TextGenerator generator) {
    Search search = generator.search(most == null ? 200 : most, seed);
    if (most != null) {
      search = search.most(most);
    }
    boolean draws = topK != null || topP != null || minP != null || temperature != null;
    if (beams != null) {
      if (draws && !Double.valueOf(0).equals(temperature)) {
        throw new GatunException(
            "--beams search does not draw: leave out --temperature, --top-k,"
                + " --top-p and --min-p");
      }
      search = search.searched(beams);
    } else if (Double.valueOf(0).equals(temperature)) {
      search = search.searched(1);
    } else if (draws) {
      search =
          search.sampled(
              new Sampling(
                  temperature == null ? 1 : temperature,
                  topK == null ? 0 : topK,
                  topP == null ? 1 : topP,
                  minP == null ? 0 : minP),
              seed);
    }
    return repetition == null ? search : search.with(Rules.repetitionPenalty(repetition));
  }
}
