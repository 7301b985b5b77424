package dev.gatun.kernels;

/**
 * The packed form of a right matrix [K, N] whose weights have fewer than 32 bits: w = (q - zero) *
 * scale + offset, where a group of neighbours along K shares scale and offset.
 *
 * <p>Panels of {@link PackedWeightsF32#COLUMNS} columns, as in float32, so that both forms feed the
 * same products. A panel has its scales [groups][columns], its offsets [groups][columns] and its
 * weights [words][columns]: a word holds consecutive weights of one column from its low bits up (2
 * bfloat16, 4 int8 or 8 unsigned int4), so that every load is a whole vector and each weight is
 * taken from it by a shift or a mask. The last group and columns beyond N are filled up with zeros.
 *
 * @param kind of weights
 * @param n columns
 * @param k terms
 * @param group weights along K that share a scale; whole words
 * @param halves whether scales are float16, which must be finite, instead of float32
 * @param offsets whether there are offsets
 * @param zero what is subtracted from stored integers
 */
public record NarrowWeights(
    Kind kind, int n, int k, int group, boolean halves, boolean offsets, int zero) {
  /** Kinds of weights, by how many a word of 32 bits holds. */
  public enum Kind {
    /** The upper half of a float32: no scales. */
    BF16(2),
    /** Signed. */
    I8(4),
    /** Unsigned: signed ones are stored with 8 added. */
    I4(8);

    private final int perWord;

    Kind(int perWord) {
      this.perWord = perWord;
    }

    /** Weights a word holds. */
    public int perWord() {
      return perWord;
    }
  }

  private static final int COLUMNS = PackedWeightsF32.COLUMNS;
  private static final int ROW_BYTES = 4 * COLUMNS;

  public NarrowWeights {
    if (n < 0 || k < 0 || group < 1 || group % kind.perWord != 0) {
      throw new IllegalArgumentException(
          "%s weights [%d, %d]: groups of %d are not whole words of %d"
              .formatted(kind, k, n, group, kind.perWord));
    }
    if (kind == Kind.BF16 && (halves || offsets || zero != 0)) {
      throw new IllegalArgumentException("bfloat16 weights have no scales, offsets or zero");
    }
  }

  /** Weights in bfloat16. */
  public static NarrowWeights bf16(int n, int k) {
    return new NarrowWeights(Kind.BF16, n, k, wholeColumn(Kind.BF16, k), false, false, 0);
  }

  /** The group of weights whose columns have one scale each. */
  public static int wholeColumn(Kind kind, int k) {
    return Math.max(1, Math.ceilDiv(k, kind.perWord)) * kind.perWord;
  }

  int groups() {
    return Math.ceilDiv(k, group);
  }

  /** Words of a column in a group. */
  int groupWords() {
    return group / kind.perWord;
  }

  private long scaleBytes() {
    return kind == Kind.BF16 ? 0 : (long) groups() * ROW_BYTES / (halves ? 2 : 1);
  }

  private long offsetBytes() {
    return offsets ? (long) groups() * ROW_BYTES : 0;
  }

  long panelBytes() {
    return scaleBytes() + offsetBytes() + (long) groups() * groupWords() * ROW_BYTES;
  }

  /** Size of the packed matrix. */
  public long bytes() {
    return PackedWeightsF32.panels(n) * panelBytes();
  }

  long scales(long packed, int panel) {
    return packed + panel * panelBytes();
  }

  long offsets(long packed, int panel) {
    return scales(packed, panel) + scaleBytes();
  }

  long words(long packed, int panel) {
    return offsets(packed, panel) + offsetBytes();
  }

  /**
   * Packs the weights of some panels.
   *
   * @param src bfloat16, signed bytes, or int4 one a byte whose low four bits count
   * @param termBytes distance between weights that are neighbours along K
   * @param columnBytes distance between weights that are neighbours along N
   * @param flip what is xored to each stored integer: 8 makes signed int4 unsigned, 128 makes
   *     unsigned bytes signed
   */
  public void pack(
      long src,
      long termBytes,
      long columnBytes,
      int flip,
      long packed,
      int firstPanel,
      int lastPanel) {
    int perWord = kind.perWord;
    int words = groups() * groupWords();
    int whole = k / perWord;
    boolean together = termBytes == (kind == Kind.BF16 ? 2 : 1);
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      int columns = Math.min(COLUMNS, n - panel * COLUMNS);
      long to = words(packed, panel);
      for (int word = 0; word < words; word++) {
        int terms = Math.clamp(k - (long) word * perWord, 0, perWord);
        for (int column = 0; column < COLUMNS; column++) {
          int value = 0;
          if (column < columns) {
            long from =
                src
                    + (panel * (long) COLUMNS + column) * columnBytes
                    + word * (long) perWord * termBytes;
            value =
                together && word < whole ? word(from, flip) : word(from, termBytes, terms, flip);
          }
          Memory.ALL.set(Memory.I32, to + 4L * (word * (long) COLUMNS + column), value);
        }
      }
    }
  }

  /** A whole word of weights that lie side by side. */
  private int word(long from, int flip) {
    return switch (kind) {
      case BF16 -> Memory.ALL.get(Memory.I32, from);
      case I8 -> Memory.ALL.get(Memory.I32, from) ^ flip * 0x01010101;
      case I4 -> {
        long bytes = Memory.ALL.get(Memory.I64, from) ^ flip * 0x0101010101010101L;
        yield (int) Long.compress(bytes, 0x0f0f0f0f0f0f0f0fL);
      }
    };
  }

  private int word(long from, long termBytes, int terms, int flip) {
    int bits = 32 / kind.perWord;
    int mask = (1 << bits) - 1;
    int changed = kind == Kind.BF16 ? 0 : flip;
    int value = 0;
    for (int term = 0; term < kind.perWord; term++) {
      // What fills up meets zeros of x.
      int q = term < terms ? element(from + term * termBytes) ^ changed : zero;
      value |= (q & mask) << (bits * term);
    }
    return value;
  }

  private int element(long at) {
    return kind == Kind.BF16 ? Memory.ALL.get(Memory.I16, at) : Memory.ALL.get(Memory.I8, at);
  }

  /** Packs the scales; see {@link #packFloats}. */
  public void packScales(float[] scales, long columnStep, long groupStep, long packed) {
    for (int panel = 0; panel < PackedWeightsF32.panels(n); panel++) {
      packFloats(scales, columnStep, groupStep, scales(packed, panel), panel, halves);
    }
  }

  /** Packs the offsets; see {@link #packFloats}. */
  public void packOffsets(float[] values, long columnStep, long groupStep, long packed) {
    for (int panel = 0; panel < PackedWeightsF32.panels(n); panel++) {
      packFloats(values, columnStep, groupStep, offsets(packed, panel), panel, false);
    }
  }

  /**
   * Packs a number for each group of each column.
   *
   * @param columnStep distance in the array between those of neighbouring columns, 0 if they share
   *     one
   * @param groupStep distance between those of groups
   */
  private void packFloats(
      float[] from, long columnStep, long groupStep, long to, int panel, boolean half) {
    for (int g = 0; g < groups(); g++) {
      for (int c = 0; c < COLUMNS; c++) {
        long column = panel * (long) COLUMNS + c;
        float value = column < n ? from[(int) (column * columnStep + g * groupStep)] : 0;
        if (half) {
          // A word has the scales of the columns that are one vector apart: low half, high half.
          int lane = c % Lanes.F32_LENGTH;
          long at = to + 4L * (g * (long) Lanes.F32_LENGTH + lane) + 2L * (c / Lanes.F32_LENGTH);
          Memory.ALL.set(Memory.I16, at, Float.floatToFloat16(value));
        } else {
          Memory.ALL.set(Memory.F32, to + 4L * (g * (long) COLUMNS + c), value);
        }
      }
    }
  }
}
