package dev.gatun.formats.onnx;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.onnx.map.Filled;
import dev.gatun.formats.onnx.proto.TensorProto;
import dev.gatun.formats.wire.Rope;
import dev.gatun.formats.wire.WireReader;
import dev.gatun.formats.wire.WireWriter;
import java.nio.file.Path;

/**
 * Writes ordinary copies of models that were stripped of their weights: every initializer that
 * {@link LoadOptions#fillMissing} would make up is stored, so that any engine can read the file.
 * Everything else is copied byte by byte.
 */
public final class FilledModel {
  /** What a protobuf reader takes as one message, with room for everything that is no weight. */
  static final long MAX_INLINE = (2L << 30) - (64L << 20);

  // Mapped files begin at pages.
  private static final int ALIGNMENT = 4096;

  private final Path target;
  private final boolean external;
  private final Rope weights = new Rope();

  private FilledModel(Path target, boolean external) {
    this.target = target;
    this.external = external;
  }

  /** Whether a file has initializers without data. */
  public static boolean isStripped(Path model) {
    return missingBytes(FileBytes.open(model)) > 0;
  }

  /**
   * Writes the copy; weights beyond 2 GB go to a file beside it, {@code <target>.data}.
   *
   * @param target must not be the source
   */
  public static void write(Path source, Path target) {
    write(source, target, MAX_INLINE);
  }

  static void write(Path source, Path target, long maxInline) {
    FileBytes file = FileBytes.open(source);
    boolean external = file.data().byteSize() + missingBytes(file) > maxInline;
    FilledModel copy = new FilledModel(target, external);
    Rope model = copy.model(WireReader.of(file));
    if (external) {
      copy.weights.save(copy.dataFile());
    }
    model.save(target);
  }

  private static long missingBytes(FileBytes file) {
    long sum = 0;
    WireReader model = WireReader.of(file);
    while (model.next()) {
      if (model.field() != 7) {
        model.skip();
        continue;
      }
      WireReader graph = model.message();
      while (graph.next()) {
        if (graph.field() != 5) {
          graph.skip();
          continue;
        }
        TensorProto tensor = TensorProto.read(graph.message());
        sum += Filled.isMissing(tensor) ? 4 * Filled.type(tensor).shape().elements() : 0;
      }
    }
    return sum;
  }

  private Rope model(WireReader in) {
    Rope out = new Rope();
    while (in.next()) {
      if (in.field() == 7) {
        out.message(7, graph(in.message()));
      } else {
        out.add(in.skipped());
      }
    }
    return out;
  }

  private Rope graph(WireReader in) {
    Rope out = new Rope();
    while (in.next()) {
      if (in.field() == 5) {
        initializer(in, out);
      } else {
        out.add(in.skipped());
      }
    }
    return out;
  }

  private void initializer(WireReader in, Rope out) {
    WireReader message = in.message();
    TensorProto proto = TensorProto.read(message);
    Rope copy = new Rope();
    WireReader fields = message.again();
    while (fields.next()) {
      copy.add(fields.skipped());
    }
    if (Filled.isMissing(proto)) {
      Tensor tensor = Filled.tensor(proto);
      if (external) {
        weights.pad(ALIGNMENT);
        long offset = weights.size();
        weights.add(tensor.data());
        copy.add(
            new WireWriter()
                .message(13, entry("location", String.valueOf(dataFile().getFileName())))
                .message(13, entry("offset", Long.toString(offset)))
                .message(13, entry("length", Long.toString(tensor.data().byteSize())))
                .integer(14, 1)
                .toBytes());
      } else {
        copy.bytes(9, tensor.data());
      }
    }
    out.message(5, copy);
  }

  private static WireWriter entry(String key, String value) {
    return new WireWriter().text(1, key).text(2, value);
  }

  private Path dataFile() {
    return target.resolveSibling(target.getFileName() + ".data");
  }
}
