package dev.gatun.bench.train;

import dev.gatun.bench.duel.Worker;

/** The process of either engine. */
final class TrainWorker {
  static final String GATUN = "gatun-training";
  static final String PEER = "pytorch";

  /** As {@link Worker#serve} takes them. */
  public static void main(String[] args) {
    Worker.serve(
        args,
        (id, threads, backend, quick) ->
            id.equals(GATUN) ? new GatunTraining(threads, backend, quick) : new TorchTraining());
  }

  private TrainWorker() {}
}
