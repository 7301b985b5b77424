package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters and buffers of a net in one safetensors file, which other programs read too; its
 * metadata has a version and a checksum. What makes the net is the program's code, not in the file.
 */
public final class Weights {
  private static final String VERSION = "1";

  /** Writes all parameters and buffers; a file of that name stays whole until the new one is. */
  public static void save(Net net, Path file) {
    Map<String, Tensor> tensors = net.weights();
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Map<String, String> metadata =
        Map.of("gatun.weights", VERSION, "crc32c", TensorSum.of(VERSION, tensors));
    Safetensors.write(partial, tensors, metadata);
    try {
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new GatunException("weights: cannot write " + file + ": " + e, e);
    }
  }

  /**
   * The net with the weights of a file.
   *
   * @throws GatunException if the file is damaged or of another version, or its names and shapes
   *     are not exactly the net's; says which
   */
  public static Net load(Net net, Path file) {
    return net.withWeights(read(net, file));
  }

  /**
   * As {@link #load} for a file of a net that {@link StructuredPruning} made of this one: its
   * layers have as many units as the file's.
   */
  public static Net loadPruned(Net net, Path file) {
    return net.resized(read(net, file));
  }

  private static Map<String, Tensor> read(Net net, Path file) {
    Safetensors.Content content = Safetensors.read(file);
    String version = content.metadata().getOrDefault("gatun.weights", "none");
    if (!version.equals(VERSION)) {
      throw new GatunException(
          "weights: %s has the version '%s', expected '%s'; a file of another program is read by Transfer"
              .formatted(file, version, VERSION));
    }
    String expected = content.metadata().getOrDefault("crc32c", "");
    // Copied first, so that what was checked is what is used even if the file changes.
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    content.tensors().forEach((name, tensor) -> tensors.put(name, copy(tensor)));
    String found = TensorSum.of(version, tensors);
    if (!found.equals(expected)) {
      throw new GatunException(
          "weights: %s is damaged: its checksum is %s, it should be '%s'"
              .formatted(file, found, expected));
    }
    for (Parameter p : net.parameters()) {
      if (!tensors.containsKey(p.name())) {
        throw new GatunException("weights: %s has no '%s'".formatted(file, p.name()));
      }
    }
    return tensors;
  }

  /** The same numbers in memory of their own. */
  static Tensor copy(Tensor tensor) {
    return Tensor.wrap(
        tensor.dtype(),
        tensor.shape(),
        MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE)));
  }

  private Weights() {}
}
