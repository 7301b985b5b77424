package dev.gatun.bench.compare;

/** An engine could not do what it should. */
final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EngineException(WorkerProcess.Kind kind, String problem) {
    super((kind == WorkerProcess.Kind.GATUN ? "Gatun: " : "ONNX Runtime: ") + problem);
  }
}
