package dev.gatun.kernels;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one place that decides how wide vectors are.
 *
 * <p>The machine's preferred width unless the system property {@code gatun.vector.bits} (128, 256
 * or 512) asks for a narrower one, as the tests do.
 */
public final class Lanes {
  /** Vectors of float. */
  public static final VectorSpecies<Float> F32 = species();

  /** Vectors of int with as many lanes as {@link #F32}. */
  public static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, F32.vectorShape());

  /** Vectors of long as wide as {@link #F32}: half as many lanes. */
  public static final VectorSpecies<Long> I64 = VectorSpecies.of(long.class, F32.vectorShape());

  /** Number of float lanes in a vector: 4, 8 or 16. */
  public static final int F32_LENGTH = F32.length();

  /** Byte order of everything in memory. */
  public static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /**
   * Rotations by half a vector, a quarter and so on (those below a lane mean nothing). Adding the
   * rotated vector for each of them sums all lanes, always in the same order; the order of {@code
   * reduceLanes} changes when C2 compiles it, so that results would depend on when that happens.
   *
   * <p>It has to be written out where it is needed: a vector that crosses calls becomes an object
   * (log-softmax through a method: 23 bytes a row).
   */
  static final VectorShuffle<Float> HALF = rotation(2);

  static final VectorShuffle<Float> QUARTER = rotation(4);
  static final VectorShuffle<Float> EIGHTH = rotation(8);
  static final VectorShuffle<Float> SIXTEENTH = rotation(16);

  private static VectorShuffle<Float> rotation(int part) {
    return VectorShuffle.fromOp(F32, i -> (i + Math.max(1, F32_LENGTH / part)) % F32_LENGTH);
  }

  private static VectorSpecies<Float> species() {
    int bits = Integer.getInteger("gatun.vector.bits", 0);
    VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
    return switch (bits) {
      case 0 -> preferred;
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default ->
          throw new IllegalArgumentException(
              "gatun.vector.bits must be 128, 256, 512 or 0 (the machine's own width), got "
                  + bits);
    };
  }

  static {
    assert I32.length() == F32.length() && I32.elementType() == int.class;
    assert IntVector.SPECIES_MAX.length() >= I32.length();
  }

  private Lanes() {}
}
