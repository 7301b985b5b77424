package dev.gatun.bench.train;

import dev.gatun.bench.measure.Sample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The losses of the first steps: what both engines must agree on. Few, for rounding grows from step
 * to step: resnet18 differs by 1e-5 in the second, by 1e-4 in the third, by 7e-4 in the sixth.
 */
final class FirstLosses {
  private static final int COUNT = 4;

  private final ByteBuffer losses =
      ByteBuffer.allocate(COUNT * Double.BYTES).order(ByteOrder.nativeOrder());

  /** Keeps the loss of a step if it is one of the first. */
  void add(double loss) {
    if (losses.hasRemaining()) {
      losses.putDouble(loss);
    }
  }

  boolean isFull() {
    return !losses.hasRemaining();
  }

  List<Sample> sample() {
    return List.of(new Sample("losses", "F64", new long[] {COUNT}, losses.array()));
  }
}
