package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Sample;
import java.util.List;

/** What a worker process measures. */
public interface Engine {
  /** Prepares a model, a file or a net by name, for inputs like these. */
  void load(String model, List<Sample> inputs) throws Exception;

  /** Runs the model once; results stay with the engine until the next run. */
  void run() throws Exception;

  /** Results of the last run, in the order of the model's outputs. */
  List<Sample> outputs() throws Exception;

  /** Name and version. */
  String version();

  /** A name with the version that a class's jar tells, if it does. */
  static String version(String name, Class<?> type) {
    String version = type.getPackage().getImplementationVersion();
    return name + (version == null ? "" : " " + version);
  }

  /** Floating-point operations of a run; 0 when the engine does not tell. */
  long flops();
}
