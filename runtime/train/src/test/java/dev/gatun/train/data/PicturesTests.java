package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import dev.gatun.train.Golden;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and folders of them, whole and damaged. */
class PicturesTests {
  @TempDir private Path folder = Path.of("");

  private Path write(String name, int type, int width, int height, int... pixels) throws Exception {
    BufferedImage image = new BufferedImage(width, height, type);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    assertTrue(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), path.toFile()));
    return path;
  }

  @Test
  void coloursAndGreyAreReadAsStored() throws Exception {
    Path rgb = write("a.png", BufferedImage.TYPE_INT_RGB, 2, 1, 0x102030, 0xff8000);
    assertArrayEquals(
        new long[] {0x10, 0xff, 0x20, 0x80, 0x30, 0}, Pictures.read(rgb, 3).toLongs());
    assertEquals(Shape.of(3, 1, 2), Pictures.read(rgb, 3).shape());
    // 0.299 R + 0.587 G + 0.114 B
    assertArrayEquals(new long[] {29, 151}, Pictures.read(rgb, 1).toLongs());
    BufferedImage grey = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {0, 100, 255});
    Path path = folder.resolve("g.png");
    ImageIO.write(grey, "png", path.toFile());
    assertArrayEquals(new long[] {0, 100, 255}, Pictures.read(path, 1).toLongs());
    assertArrayEquals(
        new long[] {0, 100, 255, 0, 100, 255, 0, 100, 255}, Pictures.read(path, 3).toLongs());
    assertTrue(Failure.of(() -> Pictures.read(path, 2)).contains("1 or 3 channels"));
  }

  @Test
  void damageIsNamed() throws Exception {
    int[] noise = new java.util.Random(1).ints(64 * 64).toArray();
    for (String name : new String[] {"a.png", "a.jpg", "a.gif", "a.bmp"}) {
      Path path = write(name, BufferedImage.TYPE_INT_RGB, 64, 64, noise);
      assertEquals(Shape.of(3, 64, 64), Pictures.read(path, 3).shape());
      byte[] whole = Files.readAllBytes(path);
      for (int length : new int[] {0, 1, 10, 20, 30}) {
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
        assertTrue(Failure.of(() -> Pictures.read(cut, 3)).startsWith(cut.toString()), name);
      }
    }
    Path text = Files.writeString(folder.resolve("t.png"), "hello");
    assertTrue(Failure.of(() -> Pictures.read(text, 3)).contains("no picture in a known format"));
    byte[] png = Files.readAllBytes(write("b.png", BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    png[18] = 127; // the width, 32513 now, and the height
    png[22] = 127;
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(png, 12, 17);
    java.nio.ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    Path huge = Files.write(folder.resolve("huge.png"), png);
    assertTrue(Failure.of(() -> Pictures.read(huge, 3)).contains("32513 x 32513 pixels are more"));
  }

  @Test
  void foldersAreClasses() throws Exception {
    write("set/b/2.png", BufferedImage.TYPE_INT_RGB, 2, 2, 0xffffff, 0xffffff, 0xffffff, 0xffffff);
    write("set/b/1.bmp", BufferedImage.TYPE_INT_RGB, 4, 4, new int[16]);
    write("set/a/9.png", BufferedImage.TYPE_INT_RGB, 2, 2, 0xff, 0xff, 0xff, 0xff);
    Files.writeString(folder.resolve("set/a/notes.txt"), "no picture");
    ImageFolder data = new ImageFolder(folder.resolve("set"), 3, 2, 2);
    assertEquals(List.of("a", "b"), data.classes());
    assertEquals(3, data.count());
    assertEquals(0, data.get(0).get("y").getLong(0));
    assertEquals(Shape.of(3, 2, 2), data.get(1).get("x").shape());
    assertEquals(0, data.get(1).get("x").getFloat(0));
    assertEquals(1, data.get(2).get("x").getFloat(0));
    assertEquals(1, data.get(0).get("x").getFloat(8));
    assertEquals(folder.resolve("set/a/9.png").toString(), data.get(0).origin());
    Files.writeString(folder.resolve("set/a/8.png"), "broken");
    ImageFolder broken = new ImageFolder(folder.resolve("set"), 3, 2, 2);
    // Splitting needs labels only, and opens no picture.
    assertEquals(2, Splits.stratified(broken, "y", 1, 0.5, 0.5).get(0).count());
    try (BatchCursor cursor = broken.batch(1).prefetch(2).open(0)) {
      assertTrue(Failure.of(cursor::next).contains("8.png: is no picture"));
    }
    Files.createDirectories(folder.resolve("set/empty"));
    assertTrue(
        Failure.of(() -> new ImageFolder(folder.resolve("set"), 3, 2, 2))
            .contains("has no picture"));
    assertTrue(
        Failure.of(() -> new ImageFolder(folder.resolve("set/a"), 3, 2, 2))
            .contains("has no folders"));
    assertTrue(Failure.of(() -> new ImageFolder(folder.resolve("gone"), 3, 2, 2)).contains("gone"));
  }

  @Test
  void framesAreASequence() throws Exception {
    for (int i = 0; i < 3; i++) {
      write("v/" + i + ".png", BufferedImage.TYPE_INT_RGB, 1, 2, i, 10 * i);
    }
    Tensor frames = Pictures.frames(folder.resolve("v"), 3);
    assertEquals(Shape.of(3, 3, 2, 1), frames.shape());
    assertEquals(2, frames.getLong(2 * 6 + 4));
    assertEquals(20, frames.getLong(2 * 6 + 5));
    write("v/3.png", BufferedImage.TYPE_INT_RGB, 2, 1, 0, 0);
    assertTrue(
        Failure.of(() -> Pictures.frames(folder.resolve("v"), 3)).contains("but the first frame"));
  }

  @Test
  void resizingKeepsConstantsAndSizes() {
    float[] sevens = new float[2 * 5 * 7];
    Arrays.fill(sevens, 7);
    for (Resampling how : Resampling.values()) {
      for (int[] size : new int[][] {{1, 1}, {3, 20}, {5, 7}, {11, 2}}) {
        Tensor resized = how.resize(Tensor.of(sevens, 2, 5, 7), size[0], size[1]);
        assertEquals(Shape.of(2, size[0], size[1]), resized.shape());
        for (float value : resized.toFloats()) {
          assertEquals(7, value, 1e-5);
        }
      }
    }
    // Without antialiasing every other pixel of a picture twice as large is the mean of two.
    Tensor row = Tensor.of(new float[] {0, 2, 4, 6, 8, 10, 12, 14}, 1, 1, 8);
    assertArrayEquals(
        new float[] {3, 11}, Resampling.BILINEAR.resize(row, 1, 2, false).toFloats(), 1e-6f);
    assertTrue(Failure.of(() -> Resampling.BICUBIC.resize(row, 0, 2)).contains("cannot resize"));
    assertTrue(
        Failure.of(() -> Resampling.BICUBIC.resize(Tensor.scalar(1), 1, 2))
            .contains("pictures are"));
  }

  @Test
  void photographsAreDecoded() {
    Path images = Golden.shared("data").resolve("sample_images");
    assumeTrue(Files.isDirectory(images), "the photographs are not there");
    Tensor china = Pictures.read(images.resolve("china.jpg"), 3);
    assertEquals(Shape.of(3, 427, 640), china.shape());
    assertEquals(DType.U8, china.dtype());
    double mean = 0;
    for (double value : china.toDoubles()) {
      mean += value / china.elements();
    }
    assertTrue(mean > 100 && mean < 170, "mean " + mean);
    assertEquals(
        Map.of("h", 100L, "w", 150L),
        Map.of(
            "h", Resampling.BILINEAR.resize(china, 100, 150).shape().size(1),
            "w", Resampling.BILINEAR.resize(china, 100, 150).shape().size(2)));
  }
}
