package dev.gatun.train.report;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * TensorBoard's event records: TFRecord framing (length, masked CRC-32C of it, data, masked CRC-32C
 * of that) around protocol buffers {@code tensorflow.Event}, of which a few fields are needed.
 */
final class EventWriter {
  private static final int MASK = 0xa282ead8;

  /** The first record of a file. */
  static byte[] version(double time) {
    Message event = new Message().real(1, time).text(3, "brain.Event:2");
    return framed(event.bytes());
  }

  /** A number at a step. */
  static byte[] scalar(double time, long step, String tag, double value) {
    return event(time, step, new Message().text(1, tag).real32(2, (float) value));
  }

  /**
   * How values are distributed at a step.
   *
   * @param ends of the parts, increasing
   */
  static byte[] histogram(
      double time, long step, String tag, double low, double[] ends, long[] counts) {
    double number = 0;
    double sum = 0;
    double squares = 0;
    double[] parts = new double[counts.length];
    for (int i = 0; i < parts.length; i++) {
      double middle = (ends[i] + (i == 0 ? low : ends[i - 1])) / 2;
      parts[i] = counts[i];
      number += counts[i];
      sum += counts[i] * middle;
      squares += counts[i] * middle * middle;
    }
    Message histogram =
        new Message()
            .real(1, low)
            .real(2, ends[ends.length - 1])
            .real(3, number)
            .real(4, sum)
            .real(5, squares)
            .reals(6, ends)
            .reals(7, parts);
    return event(time, step, new Message().text(1, tag).message(5, histogram));
  }

  private static byte[] event(double time, long step, Message value) {
    Message event = new Message().real(1, time).whole(2, step);
    return framed(event.message(5, new Message().message(1, value)).bytes());
  }

  static byte[] framed(byte[] data) {
    byte[] length = new Message().little(data.length, Long.BYTES).bytes();
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(length);
    record.writeBytes(new Message().little(masked(length), Integer.BYTES).bytes());
    record.writeBytes(data);
    record.writeBytes(new Message().little(masked(data), Integer.BYTES).bytes());
    return record.toByteArray();
  }

  private static int masked(byte[] data) {
    CRC32C sum = new CRC32C();
    sum.update(data);
    return Integer.rotateRight((int) sum.getValue(), 15) + MASK;
  }

  /** A protocol buffer being written, field by field. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    byte[] bytes() {
      return out.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    private Message bytes(int field, byte[] data) {
      varint(field << 3 | 2);
      varint(data.length);
      out.writeBytes(data);
      return this;
    }

    Message whole(int field, long value) {
      varint(field << 3);
      varint(value);
      return this;
    }

    Message real(int field, double value) {
      varint(field << 3 | 1);
      return little(Double.doubleToRawLongBits(value), Double.BYTES);
    }

    Message real32(int field, float value) {
      varint(field << 3 | 5);
      return little(Float.floatToRawIntBits(value), Float.BYTES);
    }

    Message reals(int field, double... values) {
      Message packed = new Message();
      for (double value : values) {
        packed.little(Double.doubleToRawLongBits(value), Double.BYTES);
      }
      return message(field, packed);
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.bytes());
    }

    /** The low bytes of a number, the lowest first. */
    Message little(long bits, int count) {
      for (int i = 0; i < count; i++) {
        out.write((int) (bits >>> 8 * i));
      }
      return this;
    }
  }

  private EventWriter() {}
}
