package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;

/**
 * Changes of what pixels look like, with torchvision's formulas. Pictures are float32 from 0 to 1
 * or uint8; results stay within these bounds, bytes are rounded.
 */
public final class Colours {
  /** Brighter for a factor above 1, black for 0. */
  public static Tensor brightness(Tensor picture, double factor) {
    Picture p = Picture.of(picture);
    return blend(p, p.blank(), factor);
  }

  /** Farther from the mean of its grey for a factor above 1, all grey for 0. */
  public static Tensor contrast(Tensor picture, double factor) {
    Picture p = Picture.of(picture);
    double sum = 0;
    for (float value : luma(p)) {
      sum += value;
    }
    float[] mean = p.blank();
    java.util.Arrays.fill(mean, (float) (sum / p.area()));
    return blend(p, mean, factor);
  }

  /** More colourful for a factor above 1, grey for 0. */
  public static Tensor saturation(Tensor picture, double factor) {
    Picture p = Picture.of(picture);
    return blend(p, repeated(luma(p), p.channels()), factor);
  }

  /**
   * Other hues.
   *
   * @param shift from -0.5 to 0.5, in turns of the circle of colours
   */
  public static Tensor hue(Tensor picture, double shift) {
    if (!(Math.abs(shift) <= 0.5)) {
      throw new VisionException("hues are shifted by -0.5 to 0.5, not " + shift);
    }
    Picture p = Picture.of(picture);
    if (p.channels() == 1) {
      return picture;
    }
    requireColours(p);
    float[] dst = p.blank();
    float[] rgb = new float[3];
    for (int i = 0; i < p.area(); i++) {
      for (int c = 0; c < 3; c++) {
        rgb[c] = p.values()[c * p.area() + i] / p.bound();
      }
      turnHue(rgb, (float) shift);
      for (int c = 0; c < 3; c++) {
        dst[c * p.area() + i] = rgb[c] * p.bound();
      }
    }
    return p.with(dst).tensor();
  }

  private static void turnHue(float[] rgb, float shift) {
    float red = rgb[0];
    float green = rgb[1];
    float blue = rgb[2];
    float most = Math.max(red, Math.max(green, blue));
    float range = most - Math.min(red, Math.min(green, blue));
    if (range == 0) {
      return;
    }
    float hue;
    if (most == red) {
      hue = (green - blue) / range;
    } else if (most == green) {
      hue = 2 + (blue - red) / range;
    } else {
      hue = 4 + (red - green) / range;
    }
    float saturation = range / most;
    float turned = hue / 6 + 1 + shift;
    turned = (turned - (float) Math.floor(turned)) * 6;
    int sector = (int) turned;
    float within = turned - sector;
    float p = most * (1 - saturation);
    float q = most * (1 - saturation * within);
    float t = most * (1 - saturation * (1 - within));
    float[] result =
        switch (sector % 6) {
          case 0 -> new float[] {most, t, p};
          case 1 -> new float[] {q, most, p};
          case 2 -> new float[] {p, most, t};
          case 3 -> new float[] {p, q, most};
          case 4 -> new float[] {t, p, most};
          default -> new float[] {most, p, q};
        };
    System.arraycopy(result, 0, rgb, 0, 3);
  }

  /** Grey: the luma in one channel, or the same in three. */
  public static Tensor grey(Tensor picture, int channels) {
    if (channels != 1 && channels != 3) {
      throw new VisionException("grey pictures have 1 or 3 channels, not " + channels);
    }
    Picture p = Picture.of(picture);
    return p.with(repeated(luma(p), channels)).tensor();
  }

  /** Each channel less its mean, divided by its deviation; float32. */
  public static Tensor normalize(Tensor picture, double[] mean, double[] deviation) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int c = 0; c < p.channels(); c++) {
      float m = (float) forChannel(mean, c, p.channels(), "means");
      float d = (float) forChannel(deviation, c, p.channels(), "deviations");
      if (d == 0) {
        throw new VisionException("a deviation of 0 cannot divide channel " + c);
      }
      for (int i = c * p.area(); i < (c + 1) * p.area(); i++) {
        dst[i] = (p.values()[i] - m) / d;
      }
    }
    return Tensor.of(dst, p.channels(), p.height(), p.width());
  }

  private static double forChannel(double[] values, int channel, int channels, String what) {
    if (values.length != 1 && values.length != channels) {
      throw new VisionException(
          values.length + " " + what + " for a picture of " + channels + " channels");
    }
    return values[values.length == 1 ? 0 : channel];
  }

  /** White becomes black. */
  public static Tensor invert(Tensor picture) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int i = 0; i < dst.length; i++) {
      dst[i] = p.bound() - p.values()[i];
    }
    return p.with(dst).tensor();
  }

  /** What is at or above a threshold is inverted. */
  public static Tensor solarize(Tensor picture, double threshold) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int i = 0; i < dst.length; i++) {
      float value = p.values()[i];
      dst[i] = value >= threshold ? p.bound() - value : value;
    }
    return p.with(dst).tensor();
  }

  /** Only the highest of the eight bits of each element are kept. */
  public static Tensor posterize(Tensor picture, int bits) {
    if (bits < 0 || bits > 8) {
      throw new VisionException("0 to 8 bits of a byte are kept, not " + bits);
    }
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    int mask = 0xff << 8 - bits & 0xff;
    for (int i = 0; i < dst.length; i++) {
      int level = (int) (p.values()[i] * 255 / p.bound());
      dst[i] = (level & mask) * p.bound() / 255;
    }
    return p.with(dst).tensor();
  }

  /** Each channel stretched so that it reaches from black to white. */
  public static Tensor autoContrast(Tensor picture) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int c = 0; c < p.channels(); c++) {
      float low = Float.POSITIVE_INFINITY;
      float high = Float.NEGATIVE_INFINITY;
      for (int i = c * p.area(); i < (c + 1) * p.area(); i++) {
        low = Math.min(low, p.values()[i]);
        high = Math.max(high, p.values()[i]);
      }
      boolean flat = low == high;
      float scale = flat ? 1 : p.bound() / (high - low);
      for (int i = c * p.area(); i < (c + 1) * p.area(); i++) {
        dst[i] = flat ? p.values()[i] : (p.values()[i] - low) * scale;
      }
    }
    return p.with(dst).tensor();
  }

  /** Each channel mapped so that all its 256 levels are about equally frequent. */
  public static Tensor equalize(Tensor picture) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int c = 0; c < p.channels(); c++) {
      int[] counts = new int[256];
      int last = 0;
      for (int i = c * p.area(); i < (c + 1) * p.area(); i++) {
        int level = level(p, i);
        counts[level]++;
        last = Math.max(last, level);
      }
      int step = (p.area() - counts[last]) / 255;
      int[] map = new int[256];
      int below = 0;
      for (int level = 0; level < 256; level++) {
        map[level] = step == 0 ? level : Math.min((below + step / 2) / step, 255);
        below += counts[level];
      }
      for (int i = c * p.area(); i < (c + 1) * p.area(); i++) {
        dst[i] = map[level(p, i)] * p.bound() / 255;
      }
    }
    return p.with(dst).tensor();
  }

  private static int level(Picture p, int i) {
    return Math.clamp((int) (p.values()[i] * 255 / p.bound()), 0, 255);
  }

  /** Each element to a power, between 0 and 1. */
  public static Tensor gamma(Tensor picture, double power) {
    Picture p = Picture.of(picture);
    float[] dst = p.blank();
    for (int i = 0; i < dst.length; i++) {
      dst[i] = (float) (p.bound() * Math.pow(p.values()[i] / p.bound(), power));
    }
    return p.with(dst).tensor();
  }

  /** Sharper for a factor above 1, smoothed for 0; the outermost pixels stay. */
  public static Tensor sharpness(Tensor picture, double factor) {
    Picture p = Picture.of(picture);
    float[] smooth = p.values().clone();
    int w = p.width();
    for (int c = 0; c < p.channels(); c++) {
      for (int y = 1; y < p.height() - 1; y++) {
        for (int x = 1; x < w - 1; x++) {
          int at = (c * p.height() + y) * w + x;
          float sum = 4 * p.values()[at];
          for (int dy = -w; dy <= w; dy += w) {
            sum += p.values()[at + dy - 1] + p.values()[at + dy] + p.values()[at + dy + 1];
          }
          smooth[at] = sum / 13;
        }
      }
    }
    return blend(p, smooth, factor);
  }

  /** Between another picture (factor 0) and this one (1), or beyond. */
  private static Tensor blend(Picture p, float[] other, double factor) {
    if (!(factor >= 0)) {
      throw new VisionException("a factor is 0 or more, not " + factor);
    }
    float[] dst = p.blank();
    float own = (float) factor;
    float rest = (float) (1 - factor);
    for (int i = 0; i < dst.length; i++) {
      dst[i] = Math.clamp(own * p.values()[i] + rest * other[i], 0, p.bound());
    }
    return p.with(dst).tensor();
  }

  private static float[] luma(Picture p) {
    if (p.channels() == 1) {
      return p.values();
    }
    requireColours(p);
    float[] luma = new float[p.area()];
    for (int i = 0; i < luma.length; i++) {
      luma[i] =
          0.2989f * p.values()[i]
              + 0.587f * p.values()[luma.length + i]
              + 0.114f * p.values()[2 * luma.length + i];
    }
    return luma;
  }

  private static void requireColours(Picture p) {
    if (p.channels() != 3) {
      throw new VisionException("colours are those of 1 or 3 channels, not of " + p.channels());
    }
  }

  private static float[] repeated(float[] plane, int channels) {
    float[] all = new float[plane.length * channels];
    for (int c = 0; c < channels; c++) {
      System.arraycopy(plane, 0, all, c * plane.length, plane.length);
    }
    return all;
  }

  private Colours() {}
}
