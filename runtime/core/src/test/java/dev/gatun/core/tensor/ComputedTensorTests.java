package dev.gatun.core.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors whose elements are computed or mapped, and may be let go in between. */
class ComputedTensorTests {
  private record Ramp(float step) implements Recipe {
    @Override
    public void write(MemorySegment to) {
      for (long i = 0; i < to.byteSize() / 4; i++) {
        to.setAtIndex(ValueLayout.JAVA_FLOAT, i, i * step);
      }
    }
  }

  private static Tensor ramp(float step, long... sizes) {
    return Tensor.computed(DType.F32, Shape.of(sizes), new Ramp(step));
  }

  @Test
  void oneNumberEverywhere() {
    for (int size : new int[] {0, 1, 2, 7, 64, 1000}) {
      double[] expected = new double[size];
      Arrays.fill(expected, -3);
      for (DType dtype : new DType[] {DType.F32, DType.F64, DType.BF16, DType.I8, DType.I64}) {
        Tensor tensor = Tensor.filled(dtype, Shape.of(size), -3);
        assertArrayEquals(expected, tensor.toDoubles(), dtype + " " + size);
      }
    }
  }

  @Test
  void elementsAreThereWhenAskedFor() {
    Tensor tensor = ramp(2, 2, 3);
    assertArrayEquals(new float[] {0, 2, 4, 6, 8, 10}, tensor.toFloats());
    assertEquals(6, tensor.getFloat(3));
    assertEquals(8, tensor.reshape(Shape.of(6)).getDouble(4));
    assertEquals(24, tensor.bytes());
    assertFalse(tensor.isNative());
    tensor.unload();
    assertEquals(6, tensor.getFloat(3));
  }

  @Test
  void copiesGoStraightToTheirDestination() {
    float[] to = {7, 7, 7, 7};
    ramp(1, 3).copyTo(MemorySegment.ofArray(to));
    assertArrayEquals(new float[] {0, 1, 2, 7}, to);
  }

  @Test
  void equalRecipesAreEqualTensors() {
    assertEquals(ramp(2, 4), ramp(2, 4));
    assertEquals(ramp(2, 4).hashCode(), ramp(2, 4).hashCode());
    assertNotEquals(ramp(2, 4), ramp(3, 4));
    assertNotEquals(ramp(2, 4), ramp(2, 2, 2));
    assertNotEquals(ramp(2, 4), Tensor.of(ramp(2, 4).toFloats(), 4));
  }

  @Test
  void aMappedTensorIsReadAgainAfterItWasLetGo(@TempDir Path directory) throws IOException {
    byte[] bytes = new byte[3 * 4096 + 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (31 * i);
    }
    Path file = Files.write(directory.resolve("weights"), bytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapped =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes.length, Arena.ofAuto());
      // Not at a page's start, and read-only: neighbours lose their pages as well and do not mind.
      Tensor middle =
          Tensor.wrap(DType.U8, Shape.of(5000), mapped.asSlice(4100, 5000).asReadOnly());
      Tensor before = Tensor.wrap(DType.U8, Shape.of(4100), mapped.asSlice(0, 4100));
      assertTrue(middle.isNative());
      for (int round = 0; round < 2; round++) {
        assertEquals(bytes[4100 + 4999] & 255, middle.getLong(4999));
        assertEquals(bytes[4099] & 255, before.getLong(4099));
        middle.unload();
      }
    }
  }
}
