package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class FillTests {
  @Test
  void fillsEverySizeAndElement() {
    long element = 0x8877665544332211L;
    for (int elementBytes : new int[] {1, 2, 4, 8}) {
      for (int count = 0; count < 150; count++) {
        check(elementBytes, count, element, count % 8);
      }
      check(elementBytes, 100_003, element, 4);
    }
    assertTrue(Fill.of(4, 1 << 20).tasks() > 1);
  }

  private static void check(int elementBytes, int count, long element, int misalign) {
    byte[] expected = new byte[count * elementBytes];
    ByteBuffer bits = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, element);
    int low = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 8 - elementBytes;
    for (int i = 0; i < expected.length; i++) {
      expected[i] = bits.get(low + i % elementBytes);
    }
    Fill fill = Fill.of(elementBytes, count);
    try (Guarded dst = Guarded.ofBytes(expected.length, misalign)) {
      for (int task = 0; task < fill.tasks(); task++) {
        fill.run(dst.address(), element, task);
      }
      assertArrayEquals(expected, dst.toBytes());
    }
  }

  @Test
  void zeroes() {
    try (Guarded dst = Guarded.ofBytes(77, 3)) {
      Fill.zero(dst.address(), 77);
      assertArrayEquals(new byte[77], dst.toBytes());
    }
  }

  @Test
  void errors() {
    assertEquals(
        "fill: elements must have 1, 2, 4 or 8 bytes, got 16",
        assertThrows(IllegalArgumentException.class, () -> Fill.of(16, 1)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Fill.of(4, -1));
  }
}
