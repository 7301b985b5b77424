package dev.gatun.cli;

import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.data.Resampling;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Reads a picture as the tensor that a model input wants: scaled to its size, normalized. */
final class Pictures {
  @Option(
      names = "--mean",
      paramLabel = "X",
      split = ",",
      description = "Subtracted from each channel of a picture with values 0 to 1 (default 0).")
  List<Double> mean = new ArrayList<>();

  @Option(
      names = "--std",
      paramLabel = "X",
      split = ",",
      description = "Divides each channel afterwards (default 1).")
  List<Double> std = new ArrayList<>();

  @Option(names = "--bgr", description = "Channels of a picture are blue, green, red.")
  boolean bgr;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      description = "Size of a picture where the model leaves it open (default: its own).")
  String size = "";

  /** The picture as [1, C, H, W] or [1, H, W, C], whichever the input's type looks like. */
  Tensor read(Path path, Value input) {
    Tensor image = decode(path);
    Type.OfTensor type = input.tensorType();
    Shape shape = type.shape();
    if (!shape.isRanked() || shape.rank() != 4 && shape.rank() != 3) {
      throw new GatunException(
          "input '" + input.name() + "' (" + type + ") is not the shape of a picture: " + path);
    }
    if (!type.dtype().isNumber()) {
      throw new GatunException("a picture cannot become " + type + " for '" + input.name() + "'");
    }
    int rank = shape.rank();
    boolean last = isChannels(shape.size(-1)) && !isChannels(shape.size(-3));
    long given = shape.size(last ? -1 : -3);
    int channels = given == 1 ? 1 : 3;
    int height = extent(shape.size(last ? -3 : -2), image.shape().size(1), 1);
    int width = extent(shape.size(last ? -2 : -1), image.shape().size(2), 0);
    byte[] pixels =
        Resampling.BILINEAR.resize(image, height, width).data().toArray(ValueLayout.JAVA_BYTE);

    long[] sizes =
        last ? new long[] {height, width, channels} : new long[] {channels, height, width};
    long[] all = new long[rank];
    all[0] = 1;
    System.arraycopy(sizes, 0, all, rank - 3, 3);
    TensorBuilder b = new TensorBuilder(type.dtype(), Shape.of(all));
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int first = y * width + x;
        for (int c = 0; c < channels; c++) {
          long at =
              last ? ((long) y * width + x) * channels + c : ((long) c * height + y) * width + x;
          b.set(at, element(pixels, first, c, channels, type.dtype()));
        }
      }
    }
    return b.build();
  }

  private static boolean isChannels(long size) {
    return size == 1 || size == 3;
  }

  private int extent(long wanted, long own, int part) {
    if (wanted > 0) {
      return Math.toIntExact(wanted);
    }
    if (size.isEmpty()) {
      return Math.toIntExact(own);
    }
    if (!size.matches("[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")) {
      throw new GatunException("--size must be like 640x480, got '" + size + "'");
    }
    return Integer.parseInt(size.split("x", -1)[part]);
  }

  private double element(byte[] pixels, int at, int channel, int channels, DType dtype) {
    int area = pixels.length / 3;
    int red = pixels[at] & 255;
    int green = pixels[area + at] & 255;
    int blue = pixels[2 * area + at] & 255;
    // ITU-R BT.601, as every grey picture of this kind.
    double value =
        channels == 1
            ? 0.299 * red + 0.587 * green + 0.114 * blue
            : switch (bgr ? 2 - channel : channel) {
              case 0 -> red;
              case 1 -> green;
              default -> blue;
            };
    if (!dtype.isFloat()) {
      return Math.rint(value);
    }
    return (value / 255 - at(mean, channel, 0)) / at(std, channel, 1);
  }

  private static double at(List<Double> values, int channel, double byDefault) {
    return values.isEmpty() ? byDefault : values.get(Math.min(channel, values.size() - 1));
  }

  private static Tensor decode(Path path) {
    if (!Files.isReadable(path)) {
      throw new GatunException(path + " cannot be read: no such file, or no permission");
    }
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      throw new GatunException(
          path
              + " looks like a picture; this runtime image is built without java.desktop, which"
              + " reads them");
    }
    return dev.gatun.train.data.Pictures.read(path, 3);
  }
}
