package dev.gatun.train;

import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** The checksum (CRC-32C) of a text and of tensors with their names and types. */
final class TensorSum {
  private static final int PIECE = 1 << 16;

  static String of(String text, Map<String, Tensor> tensors) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    for (Map.Entry<String, Tensor> entry : new TreeMap<>(tensors).entrySet()) {
      sum.update(entry.getKey().getBytes(StandardCharsets.UTF_8));
      sum.update(entry.getValue().type().toString().getBytes(StandardCharsets.UTF_8));
      MemorySegment data = entry.getValue().data();
      byte[] piece = new byte[PIECE];
      for (long at = 0; at < data.byteSize(); at += piece.length) {
        int length = (int) Math.min(piece.length, data.byteSize() - at);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, piece, 0, length);
        sum.update(piece, 0, length);
      }
    }
    return Long.toHexString(sum.getValue());
  }

  private TensorSum() {}
}
