package dev.gatun.train.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.Diagnostics;
import dev.gatun.train.Digits;
import dev.gatun.train.Epochs;
import dev.gatun.train.History;
import dev.gatun.train.Trainer;
import dev.gatun.train.net.Net;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads event files back with a parser that shares nothing with what writes them. */
class EventFilesTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  /** CRC-32C bit by bit (polynomial 0x1EDC6F41, reflected), as TFRecord masks it. */
  private static int masked(byte[] data) {
    int crc = -1;
    for (byte octet : data) {
      crc ^= octet & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82F63B78 : crc >>> 1;
      }
    }
    crc = ~crc;
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  private static List<byte[]> records(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> records = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertEquals(masked(length), in.getInt(), "checksum of a length");
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      assertEquals(masked(data), in.getInt(), "checksum of a record");
      records.add(data);
    }
    return records;
  }

  /** The fields of a message: numbers, or bytes of strings and messages. */
  private static Map<Integer, Object> message(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, Object> fields = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      Object value =
          switch ((int) (key & 7)) {
            case 0 -> varint(in);
            case 1 -> in.getDouble();
            case 5 -> in.getFloat();
            case 2 -> {
              byte[] data = new byte[(int) varint(in)];
              in.get(data);
              yield data;
            }
            default -> throw new AssertionError("wire type " + (key & 7));
          };
      fields.put((int) (key >>> 3), value);
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte octet = in.get();
      value |= (long) (octet & 0x7f) << shift;
      if (octet >= 0) {
        return value;
      }
    }
  }

  private static byte[] bytes(Map<Integer, Object> fields, int field) {
    return fields.get(field) instanceof byte[] data ? data : new byte[0];
  }

  private static String text(Map<Integer, Object> fields, int field) {
    return new String(bytes(fields, field), StandardCharsets.UTF_8);
  }

  private static double[] reals(byte[] packed) {
    double[] values = new double[packed.length / 8];
    ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
    return values;
  }

  @Test
  void theChecksumIsThatOfTheStandard() {
    // RFC 3720, appendix B.4: 32 bytes of zeros have the CRC-32C 8A9136AA.
    int crc = 0x8A9136AA;
    assertEquals((crc >>> 15 | crc << 17) + 0xa282ead8, masked(new byte[32]));
  }

  @Test
  void filesHoldWhatHappened() throws IOException {
    Net net = Net.of(Shape.of(1, 8, 8), x -> x.flatten().dense(16).relu().dense(10));
    EventFiles files = new EventFiles(folder.resolve("made"));
    Diagnostics diagnostics = Diagnostics.every(10).tell(files::inspected);
    History history;
    try (Trainer trainer = Trainer.builder(net).listener(files).listener(diagnostics).build()) {
      history =
          trainer.fit(
              Digits.load().take(640).batch(32),
              Digits.load().skip(640).take(100).batch(50),
              Epochs.of(2));
    }
    Path file;
    try (Stream<Path> list = Files.list(folder.resolve("made"))) {
      file = list.findFirst().orElseThrow();
    }
    assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."), file.toString());
    List<byte[]> records = records(file);
    assertEquals("brain.Event:2", text(message(records.get(0)), 3));
    Map<String, List<Long>> steps = new LinkedHashMap<>();
    Map<String, Map<Integer, Object>> last = new LinkedHashMap<>();
    for (byte[] record : records.subList(1, records.size())) {
      Map<Integer, Object> event = message(record);
      double age = System.currentTimeMillis() / 1e3 - (double) event.getOrDefault(1, 0.0);
      assertTrue(age >= 0 && age < 600, "age " + age);
      Map<Integer, Object> value = message(bytes(message(bytes(event, 5)), 1));
      String tag = text(value, 1);
      steps.computeIfAbsent(tag, t -> new ArrayList<>()).add((Long) event.getOrDefault(2, 0L));
      last.put(tag, value);
    }
    assertEquals(List.of(1L, 10L, 20L, 30L, 40L), steps.get("loss/step"));
    assertEquals(List.of(20L, 40L), steps.get("loss/validation"));
    float written = (float) last.getOrDefault("loss/validation", Map.of()).getOrDefault(2, 0f);
    assertEquals((float) history.last().get("val_loss"), written, 0);
    assertEquals(List.of(1L, 10L, 20L, 30L, 40L), steps.get("gradient/dense1"));
    Map<Integer, Object> histogram = message(bytes(last.getOrDefault("layer/relu1", Map.of()), 5));
    double[] ends = reals(bytes(histogram, 6));
    double[] counts = reals(bytes(histogram, 7));
    assertEquals(ends.length, counts.length);
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i];
      assertTrue(i == 0 || ends[i] > ends[i - 1]);
    }
    assertEquals(32 * 16, sum, 0);
    assertEquals(sum, histogram.get(3));
  }
}
