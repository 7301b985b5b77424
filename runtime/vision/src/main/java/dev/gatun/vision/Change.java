package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Sample;

/** The changes that RandAugment and TrivialAugment pick from, with the ranges of torchvision. */
enum Change {
  IDENTITY,
  SHEAR_X,
  SHEAR_Y,
  TRANSLATE_X,
  TRANSLATE_Y,
  ROTATE,
  BRIGHTNESS,
  SATURATION,
  CONTRAST,
  SHARPNESS,
  POSTERIZE,
  SOLARIZE,
  AUTO_CONTRAST,
  EQUALIZE;

  /**
   * The changed sample.
   *
   * @param part of the largest strength
   * @param back the other way
   */
  Sample apply(Sample sample, SceneFields fields, Sampling how, double part, boolean back) {
    Picture p = Picture.of(sample.get(fields.picture()));
    return changed(
        sample,
        fields,
        how,
        part,
        back,
        0.3,
        150.0 / 331 * p.width(),
        150.0 / 331 * p.height(),
        30,
        0.9,
        4);
  }

  /** The same with wider ranges. */
  Sample wide(Sample sample, SceneFields fields, Sampling how, double part, boolean back) {
    return changed(sample, fields, how, part, back, 0.99, 32, 32, 135, 0.99, 6);
  }

  private Sample changed(
      Sample sample,
      SceneFields fields,
      Sampling how,
      double part,
      boolean back,
      double shear,
      double right,
      double down,
      double degrees,
      double factor,
      int bits) {
    Tensor x = sample.get(fields.picture());
    int h = (int) x.shape().size(1);
    int w = (int) x.shape().size(2);
    double sign = back ? -part : part;
    double angle = Math.toDegrees(Math.atan(shear * sign));
    double ratio = 1 + factor * sign;
    boolean plain = x.shape().size(0) == 1;
    return switch (this) {
      case IDENTITY -> sample;
      case SHEAR_X -> moved(sample, fields, how, Warp.affine(h, w, 0, 0, 0, 1, angle, 0));
      case SHEAR_Y -> moved(sample, fields, how, Warp.affine(h, w, 0, 0, 0, 1, 0, angle));
      case TRANSLATE_X ->
          moved(sample, fields, how, Warp.crop(0, (int) Math.rint(-right * sign), h, w));
      case TRANSLATE_Y ->
          moved(sample, fields, how, Warp.crop((int) Math.rint(-down * sign), 0, h, w));
      case ROTATE -> moved(sample, fields, how, Warp.rotation(degrees * sign, h, w));
      case BRIGHTNESS -> sample.with(fields.picture(), Colours.brightness(x, ratio));
      case SATURATION ->
          plain ? sample : sample.with(fields.picture(), Colours.saturation(x, ratio));
      case CONTRAST -> sample.with(fields.picture(), Colours.contrast(x, ratio));
      case SHARPNESS -> sample.with(fields.picture(), Colours.sharpness(x, ratio));
      case POSTERIZE ->
          sample.with(fields.picture(), Colours.posterize(x, 8 - (int) Math.rint(bits * part)));
      case SOLARIZE ->
          sample.with(fields.picture(), Colours.solarize(x, (1 - part) * Picture.of(x).bound()));
      case AUTO_CONTRAST -> sample.with(fields.picture(), Colours.autoContrast(x));
      case EQUALIZE -> sample.with(fields.picture(), Colours.equalize(x));
    };
  }

  private static Sample moved(Sample sample, SceneFields fields, Sampling how, Warp warp) {
    return fields.moved(sample, warp.sampling(how));
  }
}
