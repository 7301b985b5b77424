package dev.gatun.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import dev.gatun.bench.measure.Sample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;

/**
 * The nets of {@link GatunNets} in PyTorch's operators. Weights have the names that Gatun gives
 * them; only the gates of an LSTM come in another order.
 */
final class TorchNets {
  private static final int GATES = 4;

  /** Where PyTorch's input, forget, cell and output gate are among Gatun's i, o, f, c. */
  private static final int[] GATE_ORDER = {0, 2, 3, 1};

  private final Map<String, NDArray> weights;

  TorchNets(Map<String, NDArray> weights) {
    this.weights = weights;
  }

  /** The data of a tensor as PyTorch wants it. */
  static ByteBuffer asPyTorch(Sample sample) {
    boolean isLstm = sample.name().contains("lstm");
    int blocks = !isLstm ? 1 : sample.name().endsWith(".bias") ? 2 : 1;
    ByteBuffer data =
        ByteBuffer.allocateDirect(sample.data().length).order(ByteOrder.nativeOrder());
    if (!isLstm) {
      return data.put(sample.data()).flip();
    }
    int gate = sample.data().length / (GATES * blocks);
    for (int block = 0; block < blocks; block++) {
      for (int from : GATE_ORDER) {
        data.put(sample.data(), (block * GATES + from) * gate, gate);
      }
    }
    return data.flip();
  }

  NDArray apply(Task task, NDArray x) {
    return switch (task) {
      case MLP ->
          dense(
              "dense3",
              dense("dense2", dense("dense1", x).getNDArrayInternal().relu())
                  .getNDArrayInternal()
                  .relu());
      case LENET -> lenet(x);
      case RESNET18 -> resnet(x);
      case LSTM -> dense("dense1", lstm("lstm1", x));
      case TRANSFORMER -> transformer(x);
    };
  }

  private NDArray weight(String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private NDArray dense(String name, NDArray x) {
    return linear(x, name + ".weight", name + ".bias");
  }

  private NDArray linear(NDArray x, String weight, String bias) {
    return one(x.getNDArrayInternal().linear(x, weight(weight), weight(bias)));
  }

  private static NDArray one(NDList list) {
    return list.get(0);
  }

  private static NDArray relu(NDArray x) {
    return x.getNDArrayInternal().relu();
  }

  private static NDArray maxPool(NDArray x, long size, long stride, long pad) {
    return x.getNDArrayInternal()
        .maxPool(new Shape(size, size), new Shape(stride, stride), new Shape(pad, pad), false);
  }

  private NDArray conv(String name, NDArray x, long stride, long pad) {
    return one(
        x.getNDArrayInternal()
            .convolution(
                x,
                weight(name + ".weight"),
                weights.get(name + ".bias"),
                new Shape(stride, stride),
                new Shape(pad, pad),
                new Shape(1, 1),
                1));
  }

  private NDArray lenet(NDArray x) {
    NDArray first = maxPool(relu(conv("conv2d1", x, 1, 2)), 2, 2, 0);
    NDArray second = maxPool(relu(conv("conv2d2", first, 1, 2)), 2, 2, 0);
    NDArray flat = second.reshape(second.getShape().get(0), -1);
    return dense("dense2", relu(dense("dense1", flat)));
  }

  private NDArray batchNorm(String name, NDArray x) {
    return one(
        x.getNDArrayInternal()
            .batchNorm(
                x,
                weight(name + ".running_mean"),
                weight(name + ".running_var"),
                weight(name + ".weight"),
                weight(name + ".bias"),
                -1,
                0.9f,
                1e-5f,
                true));
  }

  private NDArray resnet(NDArray x) {
    NDArray y = maxPool(relu(batchNorm("batchNorm1", conv("conv2d1", x, 2, 3))), 3, 2, 1);
    for (int i = 1; i <= 8; i++) {
      String name = "residual" + i;
      long stride = i % 2 == 1 && i > 1 ? 2 : 1;
      NDArray branch = convNorm(name + ".block1", 1, y, stride, 1);
      branch = convNorm(name + ".block1", 2, relu(branch), 1, 1);
      y = relu(branch.add(stride == 1 ? y : convNorm(name + ".block2", 1, y, stride, 0)));
    }
    return dense("dense1", y.getNDArrayInternal().globalAvgPool());
  }

  private NDArray convNorm(String block, int number, NDArray x, long stride, long pad) {
    NDArray y = conv(block + ".conv2d" + number, x, stride, pad);
    return batchNorm(block + ".batchNorm" + number, y);
  }

  private NDArray lstm(String name, NDArray x) {
    NDArray bias = weight(name + ".bias").squeeze(0);
    long gates = bias.getShape().get(0) / 2;
    NDList biases = bias.split(new long[] {gates}, 0);
    NDList parameters =
        new NDList(
            weight(name + ".input").squeeze(0),
            weight(name + ".recurrent").squeeze(0),
            biases.get(0),
            biases.get(1));
    NDArray zero = x.getManager().zeros(new Shape(1, x.getShape().get(0), gates / GATES));
    return one(
        x.getNDArrayInternal()
            .lstm(x, new NDList(zero, zero), parameters, true, 1, 0, true, false, true));
  }

  private NDArray transformer(NDArray ids) {
    NDArray x =
        one(
            ids.getNDArrayInternal()
                .embedding(ids, weight("embedding1.weight"), SparseFormat.DENSE));
    x = x.add(weight("positions1.weight"));
    for (int i = 1; i <= Task.LAYERS; i++) {
      String block = "block" + i;
      String first = block + ".residual1.block1";
      x = x.add(attention(first + ".selfAttention1", layerNorm(first + ".layerNorm1", x)));
      String second = block + ".residual2.block1";
      NDArray inner = dense(second + ".dense1", layerNorm(second + ".layerNorm1", x));
      x = x.add(dense(second + ".dense2", inner.getNDArrayInternal().gelu()));
    }
    return dense("dense1", layerNorm("layerNorm1", x));
  }

  private NDArray layerNorm(String name, NDArray x) {
    Shape width = new Shape(x.getShape().get(2));
    return one(
        x.getNDArrayInternal()
            .layerNorm(x, width, weight(name + ".weight"), weight(name + ".bias"), 1e-5f));
  }

  // DJL does not offer PyTorch's fused attention.
  private NDArray attention(String name, NDArray x) {
    Shape shape = x.getShape();
    long head = shape.get(2) / Task.HEADS;
    NDList parts =
        linear(x, name + ".in_proj_weight", name + ".in_proj_bias")
            .reshape(shape.get(0), shape.get(1), 3 * Task.HEADS, head)
            .transpose(0, 2, 1, 3)
            .split(3, 1);
    NDArray scores =
        parts.get(0).mul(1 / Math.sqrt((double) head)).matMul(parts.get(1).swapAxes(2, 3));
    NDArray y = scores.softmax(-1).matMul(parts.get(2)).transpose(0, 2, 1, 3).reshape(shape);
    return linear(y, name + ".out_proj.weight", name + ".out_proj.bias");
  }
}
