package dev.gatun.cli;

import dev.gatun.models.CatalogEntry;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the catalog knows. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = "Lists the networks that are known, with their numbers of parameters.",
    subcommands = PullCommand.class,
    footer = {
      "",
      "Parameters are those of a network with the options that its published",
      "config class has by default; config.json decides for a folder.",
      "",
      "Examples:",
      "  gatun models",
      "  gatun models pull gpt2 --endpoint https://hub.example.org"
    })
final class ModelsCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (CatalogEntry entry : CatalogEntry.all()) {
      out.printf(
          Locale.ROOT,
          "%-14s %-40s %15s%n",
          entry.type(),
          entry.name(),
          entry.parameters() < 0 ? "-" : String.format(Locale.ROOT, "%,d", entry.parameters()));
    }
    return 0;
  }
}
