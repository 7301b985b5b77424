package dev.gatun.vision;

import dev.gatun.core.op.Assignment;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows things through a video by what a detector finds in each frame (SORT; Bewley and others
 * 2016): each thing goes on as it moved before, and is joined with the detection of its class that
 * it overlaps, so that the sum of all overlaps is largest. Detections of which the detector is not
 * sure begin no track but go on with one that nothing surer fits (ByteTrack; Zhang and others
 * 2022).
 *
 * <p>Not thread-safe; one tracker a video.
 */
public final class Tracker {
  /** More than any overlap is worth. */
  private static final double NEVER = 1e6;

  /**
   * How things are followed.
   *
   * @param overlap least intersection over union with where a thing should be, above 0 to 1
   * @param sure least score of what begins a track
   * @param proof in how many frames a thing must be found, from its first one on without a gap,
   *     before it is reported
   * @param patience for how many frames a thing may be missed before its track ends
   */
  public record Options(double overlap, double sure, int proof, int patience) {
    /** What suits videos of 25 to 30 frames a second. */
    public static final Options DEFAULT = new Options(0.3, 0.5, 3, 15);

    public Options {
      if (!(overlap > 0 && overlap <= 1) || proof < 1 || patience < 0) {
        throw new VisionException(
            ("tracks need an overlap above 0 to 1, 1 frame or more as proof and 0 or more of"
                    + " patience, not %s, %d, %d")
                .formatted(overlap, proof, patience));
      }
    }
  }

  private final Options options;
  private List<Following> all = new ArrayList<>();
  private long next = 1;

  /** A tracker at the beginning of a video. */
  public Tracker(Options options) {
    this.options = options;
  }

  /** A thing that is followed. */
  private static final class Following {
    private final long id;
    private final MovingBox place;
    private Detection latest;
    private int seen = 1;
    private int missed;

    Following(long id, Detection first) {
      this.id = id;
      place = new MovingBox(first.box());
      latest = first;
    }

    void found(Detection detection) {
      place.correct(detection.box());
      latest = detection;
      seen++;
      missed = 0;
    }

    Track track() {
      return new Track(id, latest.label(), latest.score(), place.box(), seen, missed);
    }
  }

  /**
   * The next frame.
   *
   * @param found in it, after suppression of what is found twice
   * @return things that are there by now, in the order they came, also those that were missed
   */
  public List<Track> next(List<Detection> found) {
    for (Following thing : all) {
      thing.place.predict();
      thing.missed++;
    }
    List<Detection> sure = found.stream().filter(d -> d.score() >= options.sure()).toList();
    List<Detection> unsure = found.stream().filter(d -> !(d.score() >= options.sure())).toList();
    List<Detection> unknown = joined(sure);
    joined(unsure);
    List<Following> kept = new ArrayList<>();
    for (Following thing : all) {
      boolean proven = thing.seen >= options.proof();
      if (thing.missed == 0 || proven && thing.missed <= options.patience()) {
        kept.add(thing);
      }
    }
    for (Detection detection : unknown) {
      kept.add(new Following(next++, detection));
    }
    all = kept;
    return all.stream().filter(f -> f.seen >= options.proof()).map(Following::track).toList();
  }

  /** Goes on with things that were not found in this frame yet; gives what belongs to none. */
  private List<Detection> joined(List<Detection> found) {
    List<Following> open = all.stream().filter(f -> f.missed > 0).toList();
    double[] costs = new double[open.size() * found.size()];
    for (int i = 0; i < costs.length; i++) {
      costs[i] = cost(open.get(i / found.size()), found.get(i % found.size()));
    }
    int[] rows = Assignment.best(costs, open.size(), found.size());
    List<Detection> others = new ArrayList<>();
    for (int column = 0; column < rows.length; column++) {
      Detection detection = found.get(column);
      if (rows[column] >= 0 && costs[rows[column] * found.size() + column] < NEVER) {
        open.get(rows[column]).found(detection);
      } else {
        others.add(detection);
      }
    }
    return others;
  }

  private double cost(Following thing, Detection detection) {
    double overlap = thing.place.box().iou(detection.box());
    boolean fits = thing.latest.label() == detection.label() && overlap >= options.overlap();
    return fits ? -overlap : NEVER;
  }
}
