package dev.gatun.core.codegen;

import dev.gatun.kernels.Lanes;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of as many bytes as {@link Lanes#F32} has floats, for booleans beside floats. */
final class ByteLanes {
  /** Without meaning when there is no such shape (4 float lanes would need 32 bits). */
  static final VectorSpecies<Byte> SPECIES =
      Lanes.F32_LENGTH < 8
          ? ByteVector.SPECIES_64
          : VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * Lanes.F32_LENGTH));

  /** Whether booleans can be loaded and stored beside floats at this width. */
  static final boolean SUPPORTED = SPECIES.length() == Lanes.F32_LENGTH;

  private ByteLanes() {}
}
