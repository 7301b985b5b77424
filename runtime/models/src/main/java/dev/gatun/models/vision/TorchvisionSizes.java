package dev.gatun.models.vision;

import dev.gatun.train.data.Resampling;
import dev.gatun.vision.Preprocessing;
import dev.gatun.vision.TargetSize;
import java.util.Map;

/** Sizes of the pictures that torchvision's first weights of a network were made for. */
final class TorchvisionSizes {
  /** Length of the shorter side, and of the square that is cut out of the middle. */
  private record Sizes(int shorter, int square, Resampling how) {
    static Sizes cubic(int shorter, int square) {
      return new Sizes(shorter, square, Resampling.BICUBIC);
    }

    static Sizes linear(int shorter, int square) {
      return new Sizes(shorter, square, Resampling.BILINEAR);
    }
  }

  private static final Map<String, Sizes> SIZES =
      Map.ofEntries(
          Map.entry("inception_v3", Sizes.linear(342, 299)),
          Map.entry("efficientnet_b0", Sizes.cubic(256, 224)),
          Map.entry("efficientnet_b1", Sizes.cubic(256, 240)),
          Map.entry("efficientnet_b2", Sizes.cubic(288, 288)),
          Map.entry("efficientnet_b3", Sizes.cubic(320, 300)),
          Map.entry("efficientnet_b4", Sizes.cubic(384, 380)),
          Map.entry("efficientnet_b5", Sizes.cubic(456, 456)),
          Map.entry("efficientnet_b6", Sizes.cubic(528, 528)),
          Map.entry("efficientnet_b7", Sizes.cubic(600, 600)),
          Map.entry("convnext_tiny", Sizes.linear(236, 224)),
          Map.entry("convnext_small", Sizes.linear(230, 224)),
          Map.entry("convnext_base", Sizes.linear(232, 224)),
          Map.entry("convnext_large", Sizes.linear(232, 224)),
          Map.entry("swin_t", Sizes.cubic(232, 224)),
          Map.entry("swin_s", Sizes.cubic(246, 224)),
          Map.entry("swin_b", Sizes.cubic(238, 224)));

  static Preprocessing of(String name) {
    if (name.startsWith("fasterrcnn_") || name.startsWith("maskrcnn_")) {
      return Preprocessing.imageNet(800, 0, Resampling.BILINEAR)
          .resized(TargetSize.shorterSide(800, 1333));
    }
    // Maps are made for whole pictures.
    boolean map = name.startsWith("fcn_") || name.startsWith("deeplabv3_");
    Sizes sizes = SIZES.getOrDefault(name, map ? Sizes.linear(520, 0) : Sizes.linear(256, 224));
    return Preprocessing.imageNet(sizes.shorter, sizes.square, sizes.how);
  }

  private TorchvisionSizes() {}
}
