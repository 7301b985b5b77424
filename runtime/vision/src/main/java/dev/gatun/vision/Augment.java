package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Augmentation;
import dev.gatun.train.data.Resampling;
import dev.gatun.train.data.Sample;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Random changes of pictures, for {@link dev.gatun.train.data.Dataset#augment}: all draws come from
 * the sample's own generator, so that seed, epoch and position decide, whatever the threads do.
 *
 * <p>Fields that are named follow what moves: {@code Augment.picture("x").mask("m").boxes("boxes",
 * "labels").flip(0.5)}.
 */
public final class Augment {
  private final SceneFields fields;
  private final Sampling sampling;

  private Augment(SceneFields fields, Sampling sampling) {
    this.fields = fields;
    this.sampling = sampling;
  }

  /** Changes of a field [C, H, W], uint8 or float32 from 0 to 1. */
  public static Augment picture(String field) {
    return new Augment(SceneFields.of(field), Sampling.SMOOTH);
  }

  /**
   * A mask [H, W] of whole numbers that follows.
   *
   * @param fill its value where there was no picture
   */
  public Augment mask(String field, long fill) {
    return new Augment(fields.withMask(field, fill), sampling);
  }

  /**
   * Boxes float32 [N, 4] (left, top, right, bottom in pixels) that follow; one of which less than a
   * tenth is left gets label -1.
   *
   * @param labels int64 [N]
   */
  public Augment boxes(String field, String labels) {
    return new Augment(fields.withBoxes(field, labels), sampling);
  }

  /** How pixels are looked up and what is beyond the edges. */
  public Augment sampling(Sampling how) {
    return new Augment(fields, how);
  }

  /** What to do with pictures of a size. */
  @FunctionalInterface
  private interface Draw {
    Move move(int height, int width, RandomGenerator random);
  }

  /** What pixels become. */
  @FunctionalInterface
  private interface Look {
    Tensor apply(Tensor picture, RandomGenerator random);
  }

  private Augmentation moving(Draw draw) {
    return (sample, random) -> {
      Picture p = Picture.of(sample.get(fields.picture()));
      return fields.moved(sample, draw.move(p.height(), p.width(), random));
    };
  }

  private Augmentation warping(Draw draw) {
    return moving(
        (h, w, random) ->
            draw.move(h, w, random) instanceof Warp warp
                ? warp.sampling(sampling)
                : Warp.identity(h, w));
  }

  private Augmentation looking(Look look) {
    return (sample, random) ->
        sample.with(fields.picture(), look.apply(sample.get(fields.picture()), random));
  }

  /** Only sometimes. */
  public static Augmentation sometimes(double rate, Augmentation augmentation) {
    requireRate(rate);
    return (sample, random) ->
        random.nextDouble() < rate ? augmentation.apply(sample, random) : sample;
  }

  /** One of several, all as likely. */
  public static Augmentation oneOf(Augmentation... several) {
    List<Augmentation> all = List.of(several);
    return (sample, random) -> all.get(random.nextInt(all.size())).apply(sample, random);
  }

  /** Left becomes right, sometimes. */
  public Augmentation flip(double rate) {
    return sometimes(rate, warping((h, w, random) -> Warp.flip(h, w)));
  }

  /** Top becomes bottom, sometimes. */
  public Augmentation flipVertically(double rate) {
    return sometimes(rate, warping((h, w, random) -> Warp.flipVertically(h, w)));
  }

  /** Turns by quarters, all four as likely. */
  public Augmentation quarterTurns() {
    return warping((h, w, random) -> Warp.quarterTurns(random.nextInt(4), h, w));
  }

  /** A part of a size anywhere in the picture with a border around it, all places as likely. */
  public Augmentation crop(int height, int width, int border) {
    return warping(
        (h, w, random) -> {
          int down = h + 2 * border - height;
          int right = w + 2 * border - width;
          if (down < 0 || right < 0) {
            throw new VisionException(
                "a part of %d x %d does not fit into %d x %d with a border of %d"
                    .formatted(height, width, h, w, border));
          }
          int top = random.nextInt(down + 1) - border;
          return Warp.crop(top, random.nextInt(right + 1) - border, height, width);
        });
  }

  /** The part of a size in the middle. */
  public Augmentation centerCrop(int height, int width) {
    return warping((h, w, random) -> Warp.centerCrop(h, w, height, width));
  }

  /** Another size. */
  public Augmentation resize(int height, int width, Resampling how) {
    return moving((h, w, random) -> new Rescale(how, h, w, height, width));
  }

  /**
   * A part of random size and shape (sides 3:4 to 4:3), resized.
   *
   * @param leastArea of the part, as a part of the picture's
   * @param mostArea at most 1
   */
  public Augmentation resizedCrop(int height, int width, double leastArea, double mostArea) {
    Augmentation cut =
        warping(
            (h, w, random) -> {
              for (int attempt = 0; attempt < 10; attempt++) {
                double area = h * (double) w * within(random, leastArea, mostArea);
                double ratio = Math.exp(within(random, Math.log(3 / 4.0), Math.log(4 / 3.0)));
                int cutWidth = (int) Math.round(Math.sqrt(area * ratio));
                int cutHeight = (int) Math.round(Math.sqrt(area / ratio));
                if (cutWidth >= 1 && cutHeight >= 1 && cutWidth <= w && cutHeight <= h) {
                  int top = random.nextInt(h - cutHeight + 1);
                  return Warp.crop(top, random.nextInt(w - cutWidth + 1), cutHeight, cutWidth);
                }
              }
              int side = Math.min(h, w);
              return Warp.centerCrop(h, w, side, side);
            });
    return cut.then(resize(height, width, Resampling.BILINEAR));
  }

  /** Shifts by up to so many whole pixels in both directions. */
  public Augmentation shift(int pixels) {
    return warping(
        (h, w, random) -> {
          int down = random.nextInt(2 * pixels + 1) - pixels;
          return Warp.crop(down, random.nextInt(2 * pixels + 1) - pixels, h, w);
        });
  }

  /** Turns about the middle by up to so many degrees either way. */
  public Augmentation rotate(double degrees) {
    return warping((h, w, random) -> Warp.rotation(within(random, -degrees, degrees), h, w));
  }

  /**
   * Turns, shifts, scales and shears.
   *
   * @param degrees of turns, either way
   * @param shift as a part of height and width, either way
   * @param leastScale of sizes
   * @param mostScale of sizes
   * @param shear in degrees, along rows, either way
   */
  public Augmentation affine(
      double degrees, double shift, double leastScale, double mostScale, double shear) {
    return warping(
        (h, w, random) -> {
          double angle = within(random, -degrees, degrees);
          double right = within(random, -shift, shift) * w;
          double down = within(random, -shift, shift) * h;
          double scale = within(random, leastScale, mostScale);
          return Warp.affine(h, w, angle, right, down, scale, within(random, -shear, shear), 0);
        });
  }

  /**
   * Pulls the corners inwards.
   *
   * @param distortion how far at most, as a part of half the height and width, below 1
   */
  public Augmentation perspective(double distortion) {
    if (!(distortion >= 0 && distortion < 1)) {
      throw new VisionException("a distortion is from 0 to below 1, not " + distortion);
    }
    return warping(
        (h, w, random) -> {
          double[][] from = {{0, 0}, {w, 0}, {w, h}, {0, h}};
          double[][] to = new double[4][];
          for (int i = 0; i < 4; i++) {
            double x = distortion * random.nextDouble() * w / 2;
            double y = distortion * random.nextDouble() * h / 2;
            to[i] = new double[] {from[i][0] == 0 ? x : w - x, from[i][1] == 0 ? y : h - y};
          }
          return Warp.perspective(h, w, from, to);
        });
  }

  /**
   * Other brightness, contrast, saturation and hue, in random order.
   *
   * @param brightness factors from 1 less this to 1 plus this
   * @param contrast likewise
   * @param saturation likewise
   * @param hue shifts up to this, at most 0.5
   */
  public Augmentation colours(double brightness, double contrast, double saturation, double hue) {
    return looking(
        (x, random) -> {
          int[] order = {0, 1, 2, 3};
          for (int i = 3; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
          }
          Tensor y = x;
          for (int kind : order) {
            y =
                switch (kind) {
                  case 0 -> Colours.brightness(y, factor(random, brightness));
                  case 1 -> Colours.contrast(y, factor(random, contrast));
                  case 2 -> Colours.saturation(y, factor(random, saturation));
                  default -> Colours.hue(y, within(random, -hue, hue));
                };
          }
          return y;
        });
  }

  /** Without colours, sometimes. */
  public Augmentation grey(double rate) {
    return sometimes(rate, looking((x, random) -> Colours.grey(x, (int) x.shape().size(0))));
  }

  /** Soft. */
  public Augmentation blur(int size, double leastDeviation, double mostDeviation) {
    return looking(
        (x, random) -> Blur.gaussian(x, size, within(random, leastDeviation, mostDeviation)));
  }

  /** Normal noise; deviation 1 is that from black to white. */
  public Augmentation gaussianNoise(double deviation) {
    return looking((x, random) -> Noise.gaussian(x, deviation, random));
  }

  /** Some pixels become black or white. */
  public Augmentation saltAndPepper(double rate) {
    requireRate(rate);
    return looking((x, random) -> Noise.saltAndPepper(x, rate, random));
  }

  /** A black square, whose middle may be anywhere (cutout; DeVries and Taylor 2017). */
  public Augmentation cutout(int size) {
    return looking(
        (x, random) -> {
          int top = random.nextInt((int) x.shape().size(1)) - size / 2;
          int left = random.nextInt((int) x.shape().size(2)) - size / 2;
          return Noise.erase(x, top, left, size, size, 0);
        });
  }

  /**
   * A rectangle of one value, sometimes (random erasing; Zhong and others 2020).
   *
   * @param leastArea as a part of the picture's
   * @param mostArea as a part of the picture's
   */
  public Augmentation erase(double rate, double leastArea, double mostArea, double value) {
    return sometimes(
        rate,
        looking(
            (x, random) -> {
              int h = (int) x.shape().size(1);
              int w = (int) x.shape().size(2);
              for (int attempt = 0; attempt < 10; attempt++) {
                double area = h * (double) w * within(random, leastArea, mostArea);
                double ratio = Math.exp(within(random, Math.log(0.3), Math.log(3.3)));
                int height = (int) Math.round(Math.sqrt(area * ratio));
                int width = (int) Math.round(Math.sqrt(area / ratio));
                if (height < h && width < w) {
                  int top = random.nextInt(h - height + 1);
                  int left = random.nextInt(w - width + 1);
                  return Noise.erase(x, top, left, height, width, value);
                }
              }
              return x;
            }));
  }

  /**
   * Several changes of one strength, picked at random (RandAugment; Cubuk and others 2020).
   *
   * @param magnitude from 0 to 30; 9 is usual
   */
  public Augmentation randAugment(int count, int magnitude) {
    if (count < 0 || magnitude < 0 || magnitude > 30) {
      throw new VisionException(
          "at least 0 changes of a magnitude from 0 to 30, not %d of %d"
              .formatted(count, magnitude));
    }
    return (sample, random) -> {
      Sample result = sample;
      for (int i = 0; i < count; i++) {
        Change[] all = Change.values();
        Change change = all[random.nextInt(all.length)];
        result = change.apply(result, fields, sampling, magnitude / 30.0, random.nextBoolean());
      }
      return result;
    };
  }

  /** One change of any strength, twice as far as usual (TrivialAugment; Müller, Hutter 2021). */
  public Augmentation trivialAugment() {
    return (sample, random) -> {
      Change[] all = Change.values();
      Change change = all[random.nextInt(all.length)];
      return change.wide(sample, fields, sampling, random.nextInt(31) / 30.0, random.nextBoolean());
    };
  }

  static double within(RandomGenerator random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  private static double factor(RandomGenerator random, double range) {
    return within(random, Math.max(0, 1 - range), 1 + range);
  }

  private static void requireRate(double rate) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new VisionException("a rate is from 0 to 1, not " + rate);
    }
  }
}
