package dev.gatun.bench.measure;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor between the processes: inputs that both engines take, outputs that both give.
 *
 * @param type name of the element type, as Gatun's DType has it
 * @param data elements, in the byte order of this machine
 */
public record Sample(String name, String type, long[] dims, byte[] data) {
  /** The elements in native memory, as the engines take them. */
  public ByteBuffer direct() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(data.length).order(ByteOrder.nativeOrder());
    return buffer.put(data).flip();
  }

  /** Number of elements. */
  public long elements() {
    long product = 1;
    for (long dim : dims) {
      product *= dim;
    }
    return product;
  }

  public static void write(Path file, List<Sample> samples) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(samples.size());
      for (Sample sample : samples) {
        out.writeUTF(sample.name);
        out.writeUTF(sample.type);
        out.writeInt(sample.dims.length);
        for (long dim : sample.dims) {
          out.writeLong(dim);
        }
        out.writeInt(sample.data.length);
        out.write(sample.data);
      }
    }
  }

  public static List<Sample> read(Path file) throws IOException {
    List<Sample> samples = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int count = in.readInt();
      for (int i = 0; i < count; i++) {
        String name = in.readUTF();
        String type = in.readUTF();
        long[] dims = new long[in.readInt()];
        for (int axis = 0; axis < dims.length; axis++) {
          dims[axis] = in.readLong();
        }
        samples.add(new Sample(name, type, dims, in.readNBytes(in.readInt())));
      }
    }
    return samples;
  }
}
