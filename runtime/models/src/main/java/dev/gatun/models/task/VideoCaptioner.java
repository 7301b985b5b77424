package dev.gatun.models.task;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Transfer;
import dev.gatun.train.net.Net;
import dev.gatun.vision.net.VideoCaptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Says what videos show, by {@link VideoCaptions} that were trained here: the likeliest word again
 * and again, until the sentence ends. Any number of threads may call it.
 */
public final class VideoCaptioner implements AutoCloseable {
  private final VideoCaptions sizes;
  private final CaptionWords words;
  private final int most;
  private final Session watcher;
  private final Session teller;

  /**
   * A captioner.
   *
   * @param trained {@link VideoCaptions#net} of the same sizes
   * @param words that it was trained with
   * @param most words of a sentence, after which it ends in any case
   */
  public VideoCaptioner(VideoCaptions sizes, Net trained, CaptionWords words, int most) {
    if (words.count() != sizes.words()) {
      throw new GatunException(
          "the network has %d words, given are %d".formatted(sizes.words(), words.count()));
    }
    if (most < 1) {
      throw new GatunException("a sentence has at least one word, not " + most);
    }
    this.sizes = sizes;
    this.words = words;
    this.most = most;
    Shape video = trained.inputs().get(0).shape();
    Net first = sizes.watcher(video.size(0), video.size(1), video.size(2), video.size(3));
    watcher = compiled(first, trained);
    teller = compiled(sizes.teller(), trained);
  }

  private static Session compiled(Net part, Net trained) {
    Transfer known = Transfer.of(trained.weights(), part);
    if (!known.missing().isEmpty() || !known.mismatched().isEmpty()) {
      throw new GatunException("the network is another one: " + known);
    }
    return known.net().model().compile();
  }

  /** The sentence for frames, float32 [T, C, H, W]. */
  public String caption(Tensor frames) {
    Shape shape = frames.shape();
    if (shape.rank() != 4) {
      throw new GatunException("a video is float32 [frames, C, H, W], not " + frames.type());
    }
    Shape one = Shape.of(1, shape.size(0), shape.size(1), shape.size(2), shape.size(3));
    Tensor video = watcher.run("x", frames.reshape(one)).get("y");
    Tensor state = video;
    List<Long> said = new ArrayList<>();
    long word = words.begin();
    while (said.size() < most) {
      Tensor id = Tensor.of(new long[] {word}, 1, 1);
      // Not closed: the next state stays.
      Outputs outputs = teller.run(Map.of("words", id, "video", video, "state", state));
      word = likeliest(outputs.get("y0"));
      state = outputs.get("y1");
      if (words.ends(word)) {
        break;
      }
      said.add(word);
    }
    return words.sentence(said);
  }

  /** The word of the largest logit, but for the beginning, which never follows. */
  private long likeliest(Tensor logits) {
    long best = -1;
    for (long i = 0; i < sizes.words(); i++) {
      if (i != words.begin() && (best < 0 || logits.getFloat(i) > logits.getFloat(best))) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void close() {
    watcher.close();
    teller.close();
  }
}
