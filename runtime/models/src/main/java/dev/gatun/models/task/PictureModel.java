package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.vision.Torchvision;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A network for pictures with what is done to them before.
 *
 * @param labels names of its classes
 */
record PictureModel(Pretrained model, Preprocessing preprocessing, List<String> labels)
    implements AutoCloseable {
  PictureModel {
    labels = List.copyOf(labels);
  }

  /** A folder with config.json, weights and preprocessor_config.json. */
  static PictureModel load(Path folder) {
    return load(folder, preprocessing(folder));
  }

  /** What the folder says is done to pictures. */
  static Preprocessing preprocessing(Path folder) {
    if (!Files.exists(folder.resolve("preprocessor_config.json"))) {
      throw new GatunException(
          folder
              + ": has no preprocessor_config.json, which says what is done to pictures; give a"
              + " Preprocessing instead");
    }
    return Preprocessing.read(folder);
  }

  static PictureModel load(Path folder, Preprocessing preprocessing) {
    Pretrained model = Pretrained.load(folder);
    return new PictureModel(model, preprocessing, model.config().labels());
  }

  /** Weights of a network that torchvision has, with its usual preprocessing. */
  static PictureModel torchvision(Path weights, String name, List<String> labels) {
    LoadOptions options = LoadOptions.DEFAULT;
    if (!labels.isEmpty()) {
      // The head must be that of the file: another one would have to be trained first.
      options = options.labels(labels).strictness(LoadOptions.Strictness.COMPLETE);
    }
    Pretrained model = Pretrained.torchvision(weights, name, options);
    return new PictureModel(model, Torchvision.preprocessing(name), labels);
  }

  String label(int number) {
    return number < labels.size() ? labels.get(number) : Integer.toString(number);
  }

  /** What the network sees of a decoded picture, uint8 [C, H, W]: [1, C, h, w]. */
  Tensor prepared(Tensor picture) {
    Tensor x = preprocessing.apply(picture);
    Shape shape = x.shape();
    return x.reshape(Shape.of(1, shape.size(0), shape.size(1), shape.size(2)));
  }

  /** Results for what the network sees. */
  Map<String, Tensor> run(Tensor prepared) {
    return model.predict(Map.of("pixel_values", prepared));
  }

  /** Results for one decoded picture, uint8 [C, H, W]. */
  Map<String, Tensor> predict(Tensor picture) {
    return run(prepared(picture));
  }

  /** A result of so many axes that the task needs. */
  static Tensor result(Map<String, Tensor> results, int rank, String... names) {
    for (String name : names) {
      Tensor found = results.get(name);
      if (found != null && found.shape().rank() == rank) {
        return found;
      }
    }
    throw new GatunException(
        "the network gives %s, not '%s' of %d axes: it is for something else"
            .formatted(results, names[0], rank));
  }

  @Override
  public void close() {
    model.close();
  }
}
