package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what a file of weights is of. */
final class NetworkFile {
  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Torchvision's name of the network whose weights the file has: resnet50.")
  String network = "";

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Names of the classes, one in a line, for --network.")
  Path labels = Path.of("");

  boolean isGiven() {
    return !network.isEmpty();
  }

  /** The lines of --labels. */
  List<String> names() {
    if (labels.toString().isEmpty()) {
      return List.of();
    }
    try {
      return Files.readAllLines(labels).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new GatunException(labels + " cannot be read: " + e.getMessage(), e);
    }
  }
}
