package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How every command that runs a model is told its inputs. */
final class GivenInputs {
  @Mixin Pictures pictures = new Pictures();

  @Parameters(
      index = "0+",
      arity = "0..*",
      paramLabel = "INPUT",
      description = "name=FILE or FILE: .npy, .npz, .safetensors, .pb or a picture.")
  List<String> files = new ArrayList<>();

  @Option(
      names = "--dim",
      paramLabel = "INPUT.AXIS=SIZE",
      description = "Size of an open axis of a generated input (default 1).")
  Map<String, Long> sizes = new LinkedHashMap<>();

  /** A value for each input of the model that was loaded from the file. */
  Map<String, Datum> read(Path file, Model model) {
    return new Inputs(file, model.graph(), sizes, pictures).read(files, model.defaults().keySet());
  }

  /** Types of these values and of the model's defaults. */
  static Map<String, Type> types(Model model, Map<String, Datum> values) {
    Map<String, Type> types = new LinkedHashMap<>();
    model.defaults().forEach((name, value) -> types.put(name, value.type()));
    values.forEach((name, value) -> types.put(name, value.type()));
    return types;
  }
}
