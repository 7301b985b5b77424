package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes pictures (PNG, JPEG, GIF, BMP: what the JDK reads) as uint8 [channels, height, width].
 *
 * <p>Sizes are read from the header and checked before memory is taken.
 */
public final class Pictures {
  /** Largest picture, in pixels: 8192 x 8192. */
  private static final long MAX_PIXELS = 1L << 26;

  /** Largest file, in bytes. */
  private static final long MAX_BYTES = 1L << 28;

  /**
   * A picture; transparency is ignored.
   *
   * @param channels 3 for red, green and blue, 1 for grey (a colour picture's luma)
   */
  public static Tensor read(Path path, int channels) {
    if (channels != 1 && channels != 3) {
      throw new DataException("pictures have 1 or 3 channels, not " + channels);
    }
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new DataException(
            path + ": " + Files.size(path) + " bytes are too many for a picture");
      }
      try (ImageInputStream in = ImageIO.createImageInputStream(path.toFile())) {
        return planes(decode(path, in), channels);
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // The JDK's decoders answer damage with all of these.
      throw new DataException(path + ": cannot be decoded: " + e, e);
    }
  }

  /** Pictures of one size as a sequence, uint8 [frames, channels, height, width]. */
  public static Tensor frames(List<Path> paths, int channels) {
    List<Tensor> frames = new ArrayList<>();
    long bytes = 0;
    for (Path path : paths) {
      Tensor frame = read(path, channels);
      if (!frames.isEmpty() && !frame.shape().equals(frames.get(0).shape())) {
        throw new DataException(
            path + ": is " + frame.shape() + " but the first frame " + frames.get(0).shape());
      }
      frames.add(frame);
      bytes += frame.bytes();
    }
    if (frames.isEmpty()) {
      throw new DataException("a sequence needs at least one frame");
    }
    if (bytes > Integer.MAX_VALUE - 16) {
      throw new DataException(paths.get(0) + " and following: too many frames for one sequence");
    }
    byte[] all = new byte[(int) bytes];
    MemorySegment memory = MemorySegment.ofArray(all);
    long at = 0;
    for (Tensor frame : frames) {
      frame.copyTo(memory.asSlice(at, frame.bytes()));
      at += frame.bytes();
    }
    Shape one = frames.get(0).shape();
    return Tensor.wrap(
        DType.U8, Shape.of(frames.size(), one.size(0), one.size(1), one.size(2)), memory);
  }

  /** A frame for each picture of a folder, in order of their names. */
  public static Tensor frames(Path folder, int channels) {
    return frames(ImageFolder.pictures(folder), channels);
  }

  private static BufferedImage decode(Path path, ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    if (!readers.hasNext()) {
      throw new DataException(path + ": is no picture in a known format");
    }
    ImageReader reader = readers.next();
    try {
      reader.setInput(in, true, true);
      long width = reader.getWidth(0);
      long height = reader.getHeight(0);
      if (width * height > MAX_PIXELS) {
        throw new DataException(
            path
                + ": "
                + width
                + " x "
                + height
                + " pixels are more than the "
                + MAX_PIXELS
                + " that are read");
      }
      ImageReadParam usual = reader.getDefaultReadParam();
      return reader.read(0, usual);
    } catch (IIOException e) {
      throw new DataException(path + ": cannot be decoded: " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }

  private static Tensor planes(BufferedImage image, int channels) {
    int width = image.getWidth();
    int height = image.getHeight();
    int area = width * height;
    byte[] planes = new byte[channels * area];
    int[] row = new int[width];
    Raster raster = image.getRaster();
    // Bytes are taken as stored: getRGB would apply gammas and profiles, which other decoders do
    // not, and is slower.
    boolean grey =
        raster.getNumBands() == 1
            && image.getColorModel().getNumComponents() == 1
            && raster.getSampleModel().getSampleSize(0) == 8;
    boolean colours = image.getType() == BufferedImage.TYPE_3BYTE_BGR;
    int[] samples = new int[grey ? width : colours ? 3 * width : 0];
    for (int y = 0; y < height; y++) {
      if (grey || colours) {
        raster.getPixels(0, y, width, 1, samples);
        for (int x = 0; x < width; x++) {
          row[x] =
              grey
                  ? samples[x] * 0x010101
                  : samples[3 * x] << 16 | samples[3 * x + 1] << 8 | samples[3 * x + 2];
        }
      } else {
        image.getRGB(0, y, width, 1, row, 0, width);
      }
      for (int x = 0; x < width; x++) {
        int red = row[x] >> 16 & 0xff;
        int green = row[x] >> 8 & 0xff;
        int blue = row[x] & 0xff;
        int at = y * width + x;
        if (channels == 3) {
          planes[at] = (byte) red;
          planes[area + at] = (byte) green;
          planes[2 * area + at] = (byte) blue;
        } else {
          // ITU-R 601 luma in 16 bits, rounded, as Pillow computes it.
          planes[at] = (byte) (19595 * red + 38470 * green + 7471 * blue + 0x8000 >> 16);
        }
      }
    }
    return Tensor.wrap(DType.U8, Shape.of(channels, height, width), MemorySegment.ofArray(planes));
  }

  private Pictures() {}
}
