package dev.gatun.vision.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Pixels;
import dev.gatun.train.data.Sample;
import dev.gatun.vision.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Grey scenes of digits: "x" [1, 64, 64], "mask" [64, 64], "boxes" [M, 4], "labels" [M]. */
final class DigitScenes {
  static final int SIDE = 64;
  private static final int AREA = SIDE * SIDE;

  static boolean exist() {
    return Files.isDirectory(folder());
  }

  private static Path folder() {
    return Shared.data("mnist_detection");
  }

  /** The scenes of "train" or "test". */
  static IndexedDataset of(String part) throws IOException {
    byte[] images = bytes(part + "-images.u8.gz");
    byte[] masks = bytes(part + "-masks.u8.gz");
    List<List<long[]>> things = new ArrayList<>();
    for (int i = 0; i < images.length / AREA; i++) {
      things.add(new ArrayList<>());
    }
    List<String> lines = Files.readAllLines(folder().resolve(part + "-boxes.tsv"));
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      long[] thing = new long[5];
      for (int i = 0; i < 5; i++) {
        thing[i] = Long.parseLong(cells[i + 1]);
      }
      things.get(Integer.parseInt(cells[0])).add(thing);
    }
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < things.size(); i++) {
      Tensor x =
          Tensor.wrap(
              DType.U8,
              Shape.of(1, SIDE, SIDE),
              MemorySegment.ofArray(images).asSlice((long) i * AREA, AREA));
      long[] mask = new long[AREA];
      for (int k = 0; k < AREA; k++) {
        mask[k] = masks[i * AREA + k];
      }
      int count = things.get(i).size();
      float[] boxes = new float[4 * count];
      long[] labels = new long[count];
      for (int k = 0; k < count; k++) {
        labels[k] = things.get(i).get(k)[0];
        for (int side = 0; side < 4; side++) {
          boxes[4 * k + side] = things.get(i).get(k)[side + 1];
        }
      }
      samples.add(
          Sample.of(
              Map.of(
                  "x",
                  Pixels.toFloats(x, 1 / 255f, 0),
                  "mask",
                  Tensor.of(mask, SIDE, SIDE),
                  "boxes",
                  Tensor.of(boxes, count, 4),
                  "labels",
                  Tensor.of(labels, count)),
              part + " scene " + i));
    }
    return Dataset.of(samples.size(), i -> samples.get((int) i));
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(folder().resolve(name)))) {
      return in.readAllBytes();
    }
  }

  private DigitScenes() {}
}
