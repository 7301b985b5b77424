package dev.gatun.core.exec;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.Gelu;
import dev.gatun.core.op.GlobalAveragePool;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.MaxPool;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.op.Transpose;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.OneDnn;
import java.util.Map;

/**
 * Runs a few small layers on oneDNN while a model is still being read.
 *
 * <p>What a process does for the first time takes its time whatever the size: opening the library,
 * binding its functions (some milliseconds for each signature), initializing the classes of passes,
 * operators and plans. On a thread of its own, that is over when the model is there.
 */
final class Prelude implements Runnable {
  private static final int CHANNELS = 16;

  static void start() {
    Thread.ofPlatform().daemon().name("gatun-prelude").start(new Prelude());
  }

  @Override
  public void run() {
    if (OneDnn.find().library().isEmpty()) {
      return;
    }
    SessionOptions options =
        SessionOptions.DEFAULT.backend(Backend.ONEDNN).threads(1).concurrency(1);
    try (Session session = new Session(graph(), Map.of(), options)) {
      session.run(Map.of("image", zeros(1, 3, 8, 8), "rows", zeros(1, 8, CHANNELS)));
    } catch (RuntimeException | Error e) {
      // Nothing is lost but time: whoever needs what failed meets the error.
      System.getLogger(Prelude.class.getName())
          .log(System.Logger.Level.DEBUG, "the first layers failed", e);
    }
  }

  /** Layers of a convolutional network, and of a transformer. */
  static Graph graph() {
    GraphBuilder b = new GraphBuilder("prelude");
    Value image = b.input("image", Type.tensor(DType.F32, Shape.of(1, 3, 8, 8)));
    Attrs around = Attrs.of("pads", new long[] {1, 1, 1, 1});
    Value first = b.add(Conv.OP, around, image, weight(b, CHANNELS, 3, 3, 3), weight(b, CHANNELS));
    first = b.add(Relu.OP, first);
    Value second = b.add(Conv.OP, first, weight(b, CHANNELS, CHANNELS, 1, 1), weight(b, CHANNELS));
    Value sum = b.add(Relu.OP, b.add(Add.OP, second, first));
    Attrs halves = Attrs.of("kernel", new long[] {2, 2}, "strides", new long[] {2, 2});
    b.output("pixel", b.add(GlobalAveragePool.OP, b.add(MaxPool.OP, halves, sum)));

    Value rows = b.input("rows", Type.tensor(DType.F32, Shape.of(1, 8, CHANNELS)));
    Value norm = b.add(LayerNorm.OP, rows, weight(b, CHANNELS), weight(b, CHANNELS));
    Value wide = b.add(Matmul.OP, norm, weight(b, CHANNELS, 2 * CHANNELS));
    wide = b.add(Gelu.OP, b.add(Add.OP, wide, weight(b, 2 * CHANNELS)));
    Value narrow = b.add(Matmul.OP, wide, weight(b, 2 * CHANNELS, CHANNELS));
    Value next = b.add(Add.OP, b.add(Add.OP, narrow, weight(b, CHANNELS)), rows);
    Value turned = b.add(Transpose.OP, Attrs.of("perm", new long[] {0, 2, 1}), next);
    b.output("scores", b.add(Softmax.OP, b.add(Matmul.OP, next, turned)));
    return b.build();
  }

  /** Some values, not all equal, lest the graph be simplified away. */
  private static Value weight(GraphBuilder b, long... sizes) {
    Shape shape = Shape.of(sizes);
    TensorBuilder builder = new TensorBuilder(DType.F32, shape);
    for (long i = 0; i < shape.elements(); i++) {
      builder.set(i, 0.01 * (i % 7 + sizes.length));
    }
    return b.constant(builder.build());
  }

  static Tensor zeros(long... sizes) {
    return new TensorBuilder(DType.F32, Shape.of(sizes)).build();
  }
}
