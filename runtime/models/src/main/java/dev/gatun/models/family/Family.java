package dev.gatun.models.family;

import java.util.List;

/** Networks of one kind: config.json's model_type, and the classes that it may name. */
public interface Family {
  /** Values of model_type. */
  List<String> modelTypes();

  /** Names of classes, as in {@code architectures}; the first is taken where none is named. */
  List<String> classes();

  /**
   * The network that a config describes.
   *
   * @param className one of {@link #classes}
   * @throws dev.gatun.core.tensor.GatunException if an option is not supported; names it
   */
  Architecture architecture(Config config, String className);
}
