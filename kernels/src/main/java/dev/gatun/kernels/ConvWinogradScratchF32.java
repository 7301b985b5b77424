package dev.gatun.kernels;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a thread needs for a block of Winograd tiles beside the input's values at the points, which
 * are the left rows of {@link GemmScratchF32}. As large as the largest block that was planned.
 */
final class ConvWinogradScratchF32 {
  private static final ThreadLocal<ConvWinogradScratchF32> CURRENT =
      ThreadLocal.withInitial(ConvWinogradScratchF32::new);

  private static final int TILE_BYTES = 4 * ConvWinogradPoints.PRODUCTS * PackedWeightsF32.COLUMNS;
  private static final int BIAS_BYTES = 4 * PackedWeightsF32.COLUMNS;

  private static final AtomicLong MOST_ZEROS = new AtomicLong();
  private static final AtomicLong MOST_COLUMNS = new AtomicLong();
  private static final AtomicLong MOST_PRODUCTS = new AtomicLong();

  private Arena owner = Arena.ofAuto();
  private long zeroBytes;
  private long columnsBytes;
  private long productsBytes;

  /** Address of a row of zeros, for rows of the input outside the image. */
  long zeros;

  /** Address of what is between the passes down and across, of the input or of the output. */
  long columns;

  /** Address of the products of a block. */
  long products;

  /** Address of an output tile that sticks out of the result. */
  long tile;

  /** Address of a whole panel of biases. */
  long bias;

  private ConvWinogradScratchF32() {}

  /** Announces blocks of that size, before threads begin to work on such. */
  static void expect(long zeroBytes, long columnsBytes, long productsBytes) {
    MOST_ZEROS.accumulateAndGet(zeroBytes, Math::max);
    MOST_COLUMNS.accumulateAndGet(columnsBytes, Math::max);
    MOST_PRODUCTS.accumulateAndGet(productsBytes, Math::max);
  }

  /** The scratch of the calling thread, with at least that much room. */
  static ConvWinogradScratchF32 get(long zeroBytes, long columnsBytes, long productsBytes) {
    ConvWinogradScratchF32 scratch = CURRENT.get();
    if (scratch.zeroBytes < zeroBytes
        || scratch.columnsBytes < columnsBytes
        || scratch.productsBytes < productsBytes) {
      scratch.grow(zeroBytes, columnsBytes, productsBytes);
    }
    return scratch;
  }

  private void grow(long zero, long column, long product) {
    zeroBytes = round(Math.max(MOST_ZEROS.get(), Math.max(zeroBytes, zero)));
    columnsBytes = round(Math.max(MOST_COLUMNS.get(), Math.max(columnsBytes, column)));
    productsBytes = round(Math.max(MOST_PRODUCTS.get(), Math.max(productsBytes, product)));
    owner = Arena.ofAuto(); // the old memory goes with the old owner, when it is collected
    long all = zeroBytes + columnsBytes + productsBytes + TILE_BYTES + BIAS_BYTES;
    zeros = owner.allocate(all, Memory.ALIGNMENT).address();
    columns = zeros + zeroBytes;
    products = columns + columnsBytes;
    tile = products + productsBytes;
    bias = tile + TILE_BYTES;
  }

  private static long round(long bytes) {
    return (bytes + Memory.ALIGNMENT - 1) / Memory.ALIGNMENT * Memory.ALIGNMENT;
  }
}
