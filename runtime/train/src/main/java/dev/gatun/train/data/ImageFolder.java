package dev.gatun.train.data;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pictures in folders, one folder a class: "x" float32 [channels, height, width] from 0 to 1, and
 * "y" int64, the position of the folder among the names in order.
 */
public final class ImageFolder extends IndexedDataset {
  private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp", "wbmp");

  /** One picture. */
  private record Picture(Path path, int label) {}

  private final List<String> classes = new ArrayList<>();
  private final List<Picture> pictures = new ArrayList<>();
  private final int channels;
  private final int height;
  private final int width;

  /** Pictures below the folders of {@code root}, each resized to one size. */
  public ImageFolder(Path root, int channels, int height, int width) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    files(root)
        .forEach(
            (name, files) -> {
              files.forEach(path -> pictures.add(new Picture(path, classes.size())));
              classes.add(name);
            });
  }

  /**
   * Files of pictures by class, both in order of their names.
   *
   * @throws DataException if there are no folders below {@code root}, or one without a picture
   */
  public static Map<String, List<Path>> files(Path root) {
    Map<String, List<Path>> classes = new LinkedHashMap<>();
    for (Path folder : children(root)) {
      if (Files.isDirectory(folder)) {
        List<Path> found = pictures(folder);
        if (found.isEmpty()) {
          throw new DataException(folder + ": has no picture (" + ENDINGS + ")");
        }
        classes.put(String.valueOf(folder.getFileName()), found);
      }
    }
    if (classes.isEmpty()) {
      throw new DataException(root + ": has no folders; each class needs a folder of its pictures");
    }
    return classes;
  }

  /** Names of the folders in order, hence of the classes. */
  public List<String> classes() {
    return List.copyOf(classes);
  }

  @Override
  public long count() {
    return pictures.size();
  }

  @Override
  Entry entry(long index, long epoch) {
    Picture picture = pictures.get((int) index);
    Tensor label = Tensor.scalar(picture.label());
    return new Entry() {
      @Override
      public Sample load() {
        Tensor pixels = Pictures.read(picture.path(), channels);
        if (!pixels.shape().equals(Shape.of(channels, height, width))) {
          pixels = Resampling.BILINEAR.resize(pixels, height, width);
        }
        return Sample.of("x", Pixels.toFloats(pixels, 1 / 255f, 0), "y", label)
            .from(picture.path().toString());
      }

      @Override
      public Tensor field(String name) {
        return name.equals("y") ? label : load().get(name);
      }
    };
  }

  /** The pictures directly in a folder, in order of their names. */
  static List<Path> pictures(Path folder) {
    return children(folder).stream()
        .filter(path -> ENDINGS.contains(ending(path)) && Files.isRegularFile(path))
        .toList();
  }

  private static String ending(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      // By name, not by what the file system says first: labels must not depend on it.
      return children.sorted().toList();
    } catch (IOException e) {
      throw DataException.at(folder.toString(), e);
    }
  }
}
