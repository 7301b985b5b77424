package dev.gatun.vision;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Pictures;
import dev.gatun.train.data.Pixels;
import dev.gatun.train.data.Resampling;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is done to a picture before a network sees it: another size, a part, numbers for bytes.
 *
 * @param channels 3 or 1
 * @param size the size it is brought to, if any
 * @param how pixels are found there
 * @param crop the part in the middle, if any
 * @param factor that bytes are multiplied by
 * @param mean of each channel, subtracted
 * @param deviation of each channel, divides
 * @param reversed whether blue comes first
 */
public record Preprocessing(
    int channels,
    Optional<TargetSize> size,
    Resampling how,
    Optional<CenterCrop> crop,
    double factor,
    List<Double> mean,
    List<Double> deviation,
    boolean reversed) {
  /** What most networks that were trained on ImageNet expect. */
  public static final Preprocessing IMAGENET = imageNet(256, 224, Resampling.BILINEAR);

  /** The part in the middle; pixels that are not there are 0. */
  public record CenterCrop(int height, int width, boolean rounded) {
    /** The move for pictures of a size. */
    Warp of(int oldHeight, int oldWidth) {
      if (rounded) {
        return Warp.centerCrop(oldHeight, oldWidth, height, width);
      }
      int top = Math.floorDiv(oldHeight - height, 2);
      return Warp.crop(top, Math.floorDiv(oldWidth - width, 2), height, width);
    }
  }

  public Preprocessing {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
  }

  /** Torchvision's: the shorter side in a size, a square of the middle, ImageNet's statistics. */
  public static Preprocessing imageNet(int shorter, int square, Resampling how) {
    return new Preprocessing(
        3,
        Optional.of(TargetSize.shorterSide(shorter)),
        how,
        square == 0 ? Optional.empty() : Optional.of(new CenterCrop(square, square, true)),
        1 / 255.0,
        List.of(0.485, 0.456, 0.406),
        List.of(0.229, 0.224, 0.225),
        false);
  }

  /** The same for another size. */
  public Preprocessing resized(TargetSize other) {
    return new Preprocessing(
        channels, Optional.of(other), how, crop, factor, mean, deviation, reversed);
  }

  /** The same for pictures that keep their size. */
  public Preprocessing unsized() {
    return new Preprocessing(
        channels, Optional.empty(), how, Optional.empty(), factor, mean, deviation, reversed);
  }

  /** What a folder's preprocessor_config.json says. */
  public static Preprocessing read(Path folder) {
    return PreprocessorConfig.read(folder.resolve("preprocessor_config.json"));
  }

  /**
   * Writes a folder's preprocessor_config.json.
   *
   * @throws VisionException if such files cannot say it, as a crop that is rounded as torchvision
   *     does
   */
  public void save(Path folder) {
    PreprocessorConfig.write(this, folder.resolve("preprocessor_config.json"));
  }

  /** A picture file as [C, H, W]. */
  public Tensor load(Path picture) {
    return apply(Pictures.read(picture, channels));
  }

  /** A decoded picture, uint8 [C, H, W], as float32 [C, H', W']. */
  public Tensor apply(Tensor picture) {
    Picture original = Picture.of(picture);
    if (original.channels() != channels || original.bound() != 255) {
      throw new VisionException(
          "this preprocessing is for uint8 pictures of %d channels, not for %s"
              .formatted(channels, picture.type()));
    }
    Tensor x = picture;
    if (size.isPresent()) {
      int[] target = size.get().of(original.height(), original.width());
      x = how.resize(x, target[0], target[1]);
    }
    if (crop.isPresent()) {
      Warp cut = crop.get().of((int) x.shape().size(1), (int) x.shape().size(2));
      x = cut.sampling(Sampling.NEAREST).picture(x);
    }
    Tensor floats = Pixels.toFloats(x, (float) factor, 0);
    if (reversed) {
      Picture p = Picture.of(floats);
      float[] dst = p.blank();
      for (int c = 0; c < channels; c++) {
        System.arraycopy(p.values(), c * p.area(), dst, (channels - 1 - c) * p.area(), p.area());
      }
      floats = p.with(dst).tensor();
    }
    return mean.isEmpty() ? floats : Colours.normalize(floats, array(mean), array(deviation));
  }

  private static double[] array(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
