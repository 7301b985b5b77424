package dev.gatun.bench.compare;

import dev.gatun.bench.duel.Worker;

/** The process of either engine. */
final class CompareWorker {
  static final String GATUN = "gatun";
  static final String PEER = "onnxruntime";

  /** As {@link Worker#serve} takes them. */
  public static void main(String[] args) {
    Worker.serve(
        args,
        (id, threads, backend, quick) ->
            id.equals(GATUN)
                ? new GatunEngine(threads, backend, quick)
                : new OnnxRuntimeEngine(threads));
  }

  private CompareWorker() {}
}
