package dev.gatun.cli;

import dev.gatun.models.task.FoundObject;
import dev.gatun.models.task.ObjectDetector;
import dev.gatun.vision.Box;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds things in pictures. */
@Command(
    name = "detect",
    mixinStandardHelpOptions = true,
    description = "Finds things in pictures: score, left, top, right, bottom, class.",
    footer = {
      "",
      "Examples:",
      "  gatun detect detr-folder photo.jpg --least 0.7",
      "  gatun detect weights.pth photo.jpg --network fasterrcnn_resnet50_fpn"
    })
final class DetectCommand extends PictureCommand {
  @Option(
      names = "--least",
      paramLabel = "SCORE",
      description = "Score from which things are shown (default 0.5).")
  double least = 0.5;

  @Override
  public Integer call() {
    try (ObjectDetector detector =
        weights.isGiven()
            ? ObjectDetector.torchvision(model, weights.network, weights.names())
            : ObjectDetector.load(model)) {
      for (Path picture : pictures) {
        out().println(picture);
        for (FoundObject found : detector.detect(picture, least)) {
          Box b = found.box();
          out()
              .printf(
                  Locale.ROOT,
                  "  %.4f  %7.1f %7.1f %7.1f %7.1f  %s%n",
                  found.what().score(),
                  b.left(),
                  b.top(),
                  b.right(),
                  b.bottom(),
                  found.what().label());
        }
      }
    }
    return 0;
  }
}
