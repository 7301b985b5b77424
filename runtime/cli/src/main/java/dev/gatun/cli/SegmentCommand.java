package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.Npy;
import dev.gatun.models.task.Labelled;
import dev.gatun.models.task.Segmentation;
import dev.gatun.models.task.Segmenter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what the pixels of pictures belong to. */
@Command(
    name = "segment",
    mixinStandardHelpOptions = true,
    description = "Says which part of pictures belongs to what.",
    footer = {
      "",
      "Examples:",
      "  gatun segment segformer-folder photo.jpg --out map.npy",
      "  gatun segment fcn.safetensors photo.jpg --network fcn_resnet50"
    })
final class SegmentCommand extends PictureCommand {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Writes the class of each pixel of a single picture (.npy, int64).")
  Path map = Path.of("");

  @Override
  public Integer call() {
    boolean written = !map.toString().isEmpty();
    if (written && pictures.size() > 1) {
      throw new GatunException("--out takes the map of one picture, given are " + pictures.size());
    }
    try (Segmenter segmenter =
        weights.isGiven()
            ? Segmenter.torchvision(model, weights.network, weights.names())
            : Segmenter.load(model)) {
      for (Path picture : pictures) {
        out().println(picture);
        Segmentation found = segmenter.segment(picture);
        for (Labelled part : found.parts()) {
          out().printf(Locale.ROOT, "  %.4f  %s%n", part.score(), part.label());
        }
        if (written) {
          Npy.write(map, found.map());
        }
      }
    }
    return 0;
  }
}
