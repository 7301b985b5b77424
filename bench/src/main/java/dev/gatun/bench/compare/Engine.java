package dev.gatun.bench.compare;

import dev.gatun.bench.measure.Sample;
import java.nio.file.Path;
import java.util.List;

/** What a worker process measures. */
interface Engine {
  /** Reads a model and prepares it for inputs like these. */
  void load(Path model, List<Sample> inputs) throws Exception;

  /** Runs the model once; results stay with the engine until the next run. */
  void run() throws Exception;

  /** Results of the last run, in the order of the model's outputs. */
  List<Sample> outputs() throws Exception;

  /** Name and version. */
  String version();

  /** Floating-point operations of a run; 0 when the engine does not tell. */
  long flops();
}
