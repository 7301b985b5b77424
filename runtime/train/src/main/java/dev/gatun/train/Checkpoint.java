package dev.gatun.train;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.schedule.Plateau;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a training is: everything that decides how it goes on.
 *
 * @param epoch epochs that have ended
 * @param batch batches of the epoch under way that are done
 * @param step batches of all epochs
 * @param state of the compiled step: parameters, slots, random draws
 * @param listeners what listeners keep, by their position and a slash
 */
record Checkpoint(
    long epoch,
    long batch,
    long step,
    double lossSum,
    double lossWeight,
    double seconds,
    List<EpochRecord> history,
    Optional<Plateau.State> plateau,
    Map<String, Tensor> state,
    Map<String, Tensor> listeners) {
  Checkpoint {
    history = List.copyOf(history);
  }
}
