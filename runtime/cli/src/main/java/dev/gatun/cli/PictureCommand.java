package dev.gatun.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What commands that look at pictures have in common. */
abstract class PictureCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A folder with config.json, weights and preprocessor_config.json, or with --network a"
              + " file of weights.")
  Path model = Path.of("");

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "PICTURE", description = "Pictures.")
  List<Path> pictures = new ArrayList<>();

  @Mixin NetworkFile weights = new NetworkFile();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
