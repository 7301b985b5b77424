package dev.gatun.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTests {
  private static Sample floats(String name, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
    for (float value : values) {
      data.putFloat(value);
    }
    return new Sample(name, "F32", new long[] {values.length}, data.array());
  }

  private static Agreement of(Sample found, Sample expected) {
    return Agreement.of(List.of(found), List.of(expected));
  }

  @Test
  void toleranceGrowsWithTheOutput() {
    assertTrue(of(floats("y", 1000.9f, 0.09f), floats("y", 1000, 0)).holds());
    assertFalse(of(floats("y", 1000, 0.11f), floats("y", 1000, 0)).holds());
    assertFalse(of(floats("y", 1e-6f, 1.1e-9f), floats("y", 1e-6f, 0)).holds());
    assertEquals(0.25, of(floats("y", 4, 1), floats("y", 4, 0)).error());
  }

  @Test
  void notANumberAgreesOnlyWithItself() {
    assertTrue(of(floats("y", Float.NaN, 1), floats("y", Float.NaN, 1)).holds());
    assertFalse(of(floats("y", Float.NaN), floats("y", 1)).holds());
    assertFalse(of(floats("y", 1), floats("y", Float.NaN)).holds());
    float infinite = Float.POSITIVE_INFINITY;
    assertTrue(of(floats("y", infinite, 1), floats("y", infinite, 1)).holds());
    assertFalse(of(floats("y", -infinite), floats("y", infinite)).holds());
  }

  @Test
  void integersMustBeEqual() {
    Sample a = new Sample("i", "I64", new long[] {2}, new byte[16]);
    Sample b = new Sample("i", "I64", new long[] {2}, new byte[16]);
    assertTrue(of(a, b).holds());
    b.data()[8] = 1;
    assertEquals("output 'i' differs at element 1", of(a, b).problem());
  }

  @Test
  void namesAndShapesMustBeThere() {
    assertTrue(of(floats("y", 1), floats("z", 1)).problem().contains("no output 'z'"));
    assertEquals(
        "output 'y' is F32[2], expected F32[1]", of(floats("y", 1, 2), floats("y", 1)).problem());
    assertEquals("0 outputs, expected 1", Agreement.of(List.of(), List.of(a())).problem());
  }

  private static Sample a() {
    return floats("a", 1);
  }
}
