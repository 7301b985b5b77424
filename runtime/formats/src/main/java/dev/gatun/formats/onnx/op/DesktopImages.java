package dev.gatun.formats.onnx.op;

import dev.gatun.core.tensor.UnsupportedOpException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Images through ImageIO; the only class that needs the module java.desktop. */
final class DesktopImages {
  // A small file may claim any size; this many pixels take a gigabyte while decoding.
  private static final long MAX_PIXELS = 1L << 28;

  static ImageDecoder.Pixels read(byte[] file) throws IOException {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new UnsupportedOpException(
            "op 'imageDecoder': the image's format is none of PNM, PNG, JPEG, BMP, GIF and TIFF");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        if ((long) reader.getWidth(0) * reader.getHeight(0) > MAX_PIXELS) {
          throw new IOException("it claims " + reader.getWidth(0) + " x " + reader.getHeight(0));
        }
        return rgb(reader.read(0));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new IOException(e);
      } finally {
        reader.dispose();
      }
    }
  }

  private static ImageDecoder.Pixels rgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        int at = 3 * (y * width + x);
        rgb[at] = (byte) (row[x] >> 16);
        rgb[at + 1] = (byte) (row[x] >> 8);
        rgb[at + 2] = (byte) row[x];
      }
    }
    return new ImageDecoder.Pixels(height, width, rgb);
  }

  private DesktopImages() {}
}
