package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * A decoded picture file.
 *
 * <p>The only class that needs java.desktop: its signatures name no type of it, so that the others
 * load in an image without it.
 */
final class PictureFile {
  private final BufferedImage image;

  /** Decodes a PNG, JPEG, GIF or BMP file. */
  PictureFile(Path path) {
    try {
      ImageIO.setUseCache(false);
      BufferedImage decoded = ImageIO.read(path.toFile());
      if (decoded == null) {
        throw new GatunException(
            path
                + " is no input that gatun reads; give .npy, .npz, .safetensors, .pb, or a PNG,"
                + " JPEG, GIF or BMP picture");
      }
      image = decoded;
    } catch (IOException e) {
      throw new GatunException(path + " is a damaged picture: " + e.getMessage(), e);
    }
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /** The pixels at another size, row by row, each 0xRRGGBB in the low bits. */
  int[] pixels(int width, int height) {
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return scaled.getRGB(0, 0, width, height, null, 0, width);
  }
}
