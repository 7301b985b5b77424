package dev.gatun.train.recipe;

import dev.gatun.train.data.DataException;
import dev.gatun.train.data.Idx;
import dev.gatun.train.data.IndexedDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder of IDX files as MNIST has them: train-images..., train-labels..., t10k-... or test-. */
record IdxFolder(IndexedDataset train, Optional<IndexedDataset> test) {
  static IdxFolder of(Path folder) {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.sorted().toList();
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be read: " + e.getMessage(), e);
    }
    Optional<IndexedDataset> train = part(files, "train");
    Optional<IndexedDataset> test = part(files, "t10k").or(() -> part(files, "test"));
    // A folder with one part only is used as it is: for evaluation that may be the test part.
    return new IdxFolder(
        train
            .or(() -> test)
            .orElseThrow(
                () ->
                    new DataException(
                        folder
                            + ": has no IDX files train-images* and train-labels*; it holds "
                            + files.stream().limit(8).map(Path::getFileName).toList())),
        train.isPresent() ? test : Optional.empty());
  }

  private static Optional<IndexedDataset> part(List<Path> files, String name) {
    Optional<Path> images = file(files, name + "-images");
    Optional<Path> labels = file(files, name + "-labels");
    if (images.isPresent() != labels.isPresent()) {
      throw new DataException(
          images.or(() -> labels).orElseThrow()
              + ": is there, but "
              + (images.isPresent() ? name + "-labels*" : name + "-images*")
              + " is not");
    }
    return images.map(path -> Idx.images(path, labels.orElseThrow()));
  }

  private static Optional<Path> file(List<Path> files, String beginning) {
    return files.stream()
        .filter(file -> String.valueOf(file.getFileName()).startsWith(beginning))
        .findFirst();
  }
}
