package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.Npy;
import dev.gatun.models.task.Labelled;
import dev.gatun.models.task.Segmentation;
import dev.gatun.models.task.Segmenter;
import dev.gatun.vision.Tiling;
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
      "  gatun segment segformer-folder satellite.png --tile 512 --overlap 128 --out map.npy",
      "  gatun segment fcn.safetensors photo.jpg --network fcn_resnet50"
    })
final class SegmentCommand extends PictureCommand {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Writes the class of each pixel of a single picture (.npy, int64).")
  Path map = Path.of("");

  @Option(
      names = "--tile",
      paramLabel = "SIDE",
      description =
          "Pictures keep their size and are looked at in square tiles, which begin at multiples of"
              + " 32 pixels.")
  int tile;

  @Option(
      names = "--overlap",
      paramLabel = "PIXELS",
      description = "What tiles share at least (default a quarter of their side).")
  int overlap = -1;

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
      Segmenter looking = tile == 0 ? segmenter : segmenter.tiled(tiling());
      for (Path picture : pictures) {
        out().println(picture);
        Segmentation found = looking.segment(picture);
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

  /** Blended, because the commonest networks have attention, which sees all of a tile. */
  private Tiling tiling() {
    return Tiling.of(tile, overlap < 0 ? tile / 4 : overlap).multiple(32).blended();
  }
}
