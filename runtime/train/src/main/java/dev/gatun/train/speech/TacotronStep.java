package dev.gatun.train.speech;

import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Module;
import dev.gatun.train.net.Recurrent;
import java.util.ArrayList;
import java.util.List;

/**
 * A step of a {@link Tacotron}'s decoder: the frame before, memory, keys, which letters count and
 * the states give frames [N, frames, mels], logits of being done [N, frames] and the next states:
 * both LSTMs' (hidden and cell), the context, weights of letters and the sum of all weights.
 */
final class TacotronStep implements Module {
  /** Number of the state that has the weights of letters. */
  static final int WEIGHTS = 5;

  private final Tacotron sizes;
  private final Recurrent looking;
  private final Recurrent speaking;

  TacotronStep(Tacotron sizes) {
    this.sizes = sizes;
    looking = Layers.lstm(sizes.cells());
    speaking = Layers.lstm(sizes.cells());
  }

  @Override
  public List<Flow> apply(List<Flow> in) {
    Flow memory = in.get(1);
    Flow context = in.get(8);
    Flow before = in.get(9);
    Flow sum = in.get(10);
    Flow frame =
        in.get(0)
            .named("prenet0")
            .dense(sizes.prenet())
            .relu()
            .dropout(sizes.dropout())
            .named("prenet1")
            .dense(sizes.prenet())
            .relu()
            .dropout(sizes.dropout());
    List<Flow> seen =
        cell(Flow.concat(1, frame, context).named("looking"), looking, in.get(4), in.get(5));
    Flow query = seen.get(0);
    Flow past = Flow.concat(1, before.unsqueeze(1), sum.unsqueeze(1));
    query.named("attention");
    List<Flow> looked = sizes.attention().call(query, memory, in.get(2), past, in.get(3));
    Flow now = looked.get(0);
    List<Flow> said =
        cell(Flow.concat(1, query, now).named("speaking"), speaking, in.get(6), in.get(7));
    Flow all = Flow.concat(1, said.get(0), now);
    List<Flow> results = new ArrayList<>();
    results.add(
        all.named("frames")
            .dense(sizes.frames() * sizes.mels())
            .reshape(0, sizes.frames(), sizes.mels()));
    results.add(all.named("done").dense(sizes.frames()));
    results.addAll(seen);
    results.addAll(said);
    results.add(now);
    results.add(looked.get(1));
    results.add(sum.add(looked.get(1)));
    return results;
  }

  /** The next hidden state and cell. */
  private static List<Flow> cell(Flow x, Recurrent lstm, Flow hidden, Flow cell) {
    List<Flow> results = lstm.call(x.unsqueeze(1), hidden, cell);
    return results.subList(1, 3);
  }
}
