package dev.gatun.ffi;

/**
 * Numbers of the buffers that a primitive reads and writes.
 *
 * <p>Which of them a primitive has is told by {@link OneDnnPrimitive#args}.
 */
public final class Arg {
  /** First source; source sequence of recurrent cells. */
  public static final int SRC = 1;

  /** Second source of a binary operation; initial hidden state of recurrent cells. */
  public static final int SRC_1 = 2;

  /** Initial cell state of an LSTM. */
  public static final int SRC_2 = 3;

  /** Destination; destination sequence of recurrent cells. */
  public static final int DST = 17;

  /** Last hidden state of recurrent cells. */
  public static final int DST_1 = 18;

  /** Last cell state of an LSTM. */
  public static final int DST_2 = 19;

  /** Weights; weights on the source sequence of recurrent cells. */
  public static final int WEIGHTS = 33;

  /** Weights on the hidden state of recurrent cells. */
  public static final int WEIGHTS_1 = 34;

  /** Bias. */
  public static final int BIAS = 41;

  /** Means of a normalization: written in training, read at inference and in backward. */
  public static final int MEAN = 49;

  /** Variances of a normalization: written in training, read at inference and in backward. */
  public static final int VARIANCE = 50;

  /** Scale of a normalization. */
  public static final int SCALE = 51;

  /** Shift of a normalization. */
  public static final int SHIFT = 52;

  /** What the forward primitive leaves for the backward one. */
  public static final int WORKSPACE = 64;

  /** Scratch memory that only lives during the execution. */
  public static final int SCRATCHPAD = 80;

  /** Gradient of {@link #SRC}. */
  public static final int DIFF_SRC = 129;

  /** Gradient of {@link #SRC_1}. */
  public static final int DIFF_SRC_1 = 130;

  /** Gradient of {@link #SRC_2}. */
  public static final int DIFF_SRC_2 = 131;

  /** Gradient of {@link #DST}. */
  public static final int DIFF_DST = 145;

  /** Gradient of {@link #DST_1}. */
  public static final int DIFF_DST_1 = 146;

  /** Gradient of {@link #DST_2}. */
  public static final int DIFF_DST_2 = 147;

  /** Gradient of {@link #WEIGHTS}. */
  public static final int DIFF_WEIGHTS = 161;

  /** Gradient of {@link #WEIGHTS_1}. */
  public static final int DIFF_WEIGHTS_1 = 162;

  /** Gradient of {@link #BIAS}. */
  public static final int DIFF_BIAS = 169;

  /** Gradient of {@link #SCALE}. */
  public static final int DIFF_SCALE = 255;

  /** Gradient of {@link #SHIFT}. */
  public static final int DIFF_SHIFT = 256;

  private static final int MULTIPLE_SRC = 1024;
  private static final int ATTR_SCALES = 4096;
  private static final int ATTR_ZERO_POINTS = 8192;
  private static final int POST_OP = 32768;

  /** Source number {@code index} of a concatenation. */
  public static int source(int index) {
    return MULTIPLE_SRC + index;
  }

  /** Scales of {@code arg}: f32, one or one a channel. */
  public static int scales(int arg) {
    return ATTR_SCALES | arg;
  }

  /** Zero points of {@code arg}: s32, one or one a channel. */
  public static int zeroPoints(int arg) {
    return ATTR_ZERO_POINTS | arg;
  }

  /** Second operand of the binary post-op number {@code index}. */
  public static int postOpBinary(int index) {
    return POST_OP * (index + 1) | SRC_1;
  }

  /** Slopes of the PReLU post-op number {@code index}. */
  public static int postOpPrelu(int index) {
    return POST_OP * (index + 1) | WEIGHTS;
  }

  /** Everything a primitive may have, apart from attributes and sources of a concatenation. */
  static int[] all() {
    return new int[] {
      SRC,
      SRC_1,
      SRC_2,
      WEIGHTS,
      WEIGHTS_1,
      BIAS,
      MEAN,
      VARIANCE,
      SCALE,
      SHIFT,
      DST,
      DST_1,
      DST_2,
      WORKSPACE,
      SCRATCHPAD,
      DIFF_DST,
      DIFF_DST_1,
      DIFF_DST_2,
      DIFF_SRC,
      DIFF_SRC_1,
      DIFF_SRC_2,
      DIFF_WEIGHTS,
      DIFF_WEIGHTS_1,
      DIFF_BIAS,
      DIFF_SCALE,
      DIFF_SHIFT
    };
  }

  /** Name of an argument for messages. */
  static String name(int arg) {
    return switch (arg) {
      case SRC -> "SRC";
      case SRC_1 -> "SRC_1";
      case SRC_2 -> "SRC_2";
      case DST -> "DST";
      case DST_1 -> "DST_1";
      case DST_2 -> "DST_2";
      case WEIGHTS -> "WEIGHTS";
      case WEIGHTS_1 -> "WEIGHTS_1";
      case BIAS -> "BIAS";
      case MEAN -> "MEAN";
      case VARIANCE -> "VARIANCE";
      case SCALE -> "SCALE";
      case SHIFT -> "SHIFT";
      case WORKSPACE -> "WORKSPACE";
      case SCRATCHPAD -> "SCRATCHPAD";
      case DIFF_SRC -> "DIFF_SRC";
      case DIFF_SRC_1 -> "DIFF_SRC_1";
      case DIFF_SRC_2 -> "DIFF_SRC_2";
      case DIFF_DST -> "DIFF_DST";
      case DIFF_DST_1 -> "DIFF_DST_1";
      case DIFF_DST_2 -> "DIFF_DST_2";
      case DIFF_WEIGHTS -> "DIFF_WEIGHTS";
      case DIFF_WEIGHTS_1 -> "DIFF_WEIGHTS_1";
      case DIFF_BIAS -> "DIFF_BIAS";
      case DIFF_SCALE -> "DIFF_SCALE";
      case DIFF_SHIFT -> "DIFF_SHIFT";
      default -> special(arg);
    };
  }

  private static String special(int arg) {
    if (arg >= POST_OP) {
      return "post-op " + (arg / POST_OP - 1);
    }
    if (arg >= ATTR_ZERO_POINTS) {
      return "zero points of " + name(arg & ~ATTR_ZERO_POINTS);
    }
    if (arg >= ATTR_SCALES) {
      return "scales of " + name(arg & ~ATTR_SCALES);
    }
    return arg >= MULTIPLE_SRC ? "source " + (arg - MULTIPLE_SRC) : "argument " + arg;
  }

  private Arg() {}
}
