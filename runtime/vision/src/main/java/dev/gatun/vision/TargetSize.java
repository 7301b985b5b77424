package dev.gatun.vision;

/**
 * The size that a picture is brought to.
 *
 * @param height for {@code kept} false
 * @param width for {@code kept} false
 * @param shorter side, where the ratio of the sides is kept
 * @param most that the longer side may have then, 0 for anything
 */
public record TargetSize(int height, int width, int shorter, int most) {
  /** Always the same size. */
  public static TargetSize exactly(int height, int width) {
    return new TargetSize(height, width, 0, 0);
  }

  /** The shorter side in a length, the longer one in proportion. */
  public static TargetSize shorterSide(int length) {
    return shorterSide(length, 0);
  }

  /** The same, but smaller if the longer side would be longer than that. */
  public static TargetSize shorterSide(int length, int most) {
    return new TargetSize(0, 0, length, most);
  }

  public TargetSize {
    if (height < 0 || width < 0 || shorter < 0 || most < 0 || height > 0 == shorter > 0) {
      throw new VisionException(
          "a size is %d x %d or has a shorter side of %d".formatted(height, width, shorter));
    }
  }

  /** Height and width for a picture. */
  int[] of(int oldHeight, int oldWidth) {
    if (height > 0) {
      return new int[] {height, width};
    }
    double small = Math.min(oldHeight, oldWidth);
    double large = Math.max(oldHeight, oldWidth);
    double exact = shorter;
    if (most > 0 && large / small * shorter > most) {
      exact = most * small / large;
    }
    int side = (int) Math.rint(exact);
    if (side == (int) small) {
      return new int[] {oldHeight, oldWidth};
    }
    int other = (int) (exact * large / small);
    return oldHeight <= oldWidth ? new int[] {side, other} : new int[] {other, side};
  }
}
