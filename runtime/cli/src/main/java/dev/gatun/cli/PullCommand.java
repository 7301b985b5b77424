package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.hub.Hub;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a network from a hub. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    description = "Brings settings, tokenizer and weights of a network from a hub.",
    footer = {
      "",
      "What was interrupted goes on where it ended; every file is compared with the",
      "checksum that the hub has for it before it gets its name.",
      "",
      "Examples:",
      "  gatun models pull gpt2 --endpoint https://hub.example.org",
      "  gatun models pull google/flan-t5-small --endpoint ... --to flan"
    })
final class PullCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "Such as gpt2 or google/flan-t5-small.")
  String name = "";

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      required = true,
      description = "A hub that speaks as Hugging Face's does.")
  String endpoint = "";

  @Option(
      names = "--revision",
      paramLabel = "REV",
      description = "Branch, tag or commit (default main).")
  String revision = "main";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Where to (default: the name's last part).")
  @Nullable Path to;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Path folder = to != null ? to : Path.of(name.substring(name.lastIndexOf('/') + 1));
    try (Hub hub = new Hub(uri())) {
      long[] told = {0};
      List<String> files =
          hub.pull(
              name,
              revision,
              folder,
              (file, bytes, size) -> {
                long now = System.nanoTime();
                if (bytes == size || now - told[0] > 2_000_000_000L) {
                  told[0] = now;
                  err.printf(
                      Locale.ROOT,
                      "%s: %.1f MB%s%n",
                      file,
                      bytes / 1e6,
                      size < 0 ? "" : String.format(Locale.ROOT, " of %.1f", size / 1e6));
                }
              });
      out.println(folder + ": " + String.join(", ", files));
    }
    return 0;
  }

  private URI uri() {
    try {
      return URI.create(endpoint);
    } catch (IllegalArgumentException e) {
      throw new GatunException("--endpoint " + endpoint + " is no URL", e);
    }
  }
}
