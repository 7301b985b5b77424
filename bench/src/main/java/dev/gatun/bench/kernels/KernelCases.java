package dev.gatun.bench.kernels;

import dev.gatun.bench.measure.Roof;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Attention;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.Gelu;
import dev.gatun.core.op.LayerNorm;
import dev.gatun.core.op.Lstm;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.op.Sigmoid;
import dev.gatun.core.op.Softmax;
import dev.gatun.core.plan.Cost;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** The literal list of kernels that are measured; operands are made when a case is asked for. */
final class KernelCases {
  /** All cases in the order in which they are reported. */
  static final Map<String, Supplier<KernelCase>> ALL = all();

  static KernelCase find(String name) {
    Supplier<KernelCase> found = ALL.get(name);
    if (found == null) {
      throw new IllegalArgumentException("there is no kernel '" + name + "'; see --list");
    }
    return found.get();
  }

  private static Map<String, Supplier<KernelCase>> all() {
    KernelCases c = new KernelCases();
    c.gemm("512 cube", 512, 512, 512);
    c.gemm("768 cube", 768, 768, 768);
    c.gemm("1024 cube", 1024, 1024, 1024);
    c.gemm("2048 cube", 2048, 2048, 2048);
    c.gemm("bert_base 128 projection", 128, 768, 768);
    c.gemm("bert_base 128 up", 128, 3072, 768);
    c.gemm("bert_base 128 down", 128, 768, 3072);
    c.gemm("vit_b16 qkv", 197, 2304, 768);
    c.gemm("batch 8 up", 8, 3072, 768);
    c.gemv("768 to 3072", 3072, 768);
    c.gemv("4096 to 4096", 4096, 4096);
    c.gemv("768 to 50257", 50257, 768);
    c.pointwise("add 1M", Add.OP, 2, 1024, 1024);
    c.pointwise("add 16M", Add.OP, 2, 4096, 4096);
    c.pointwise("relu resnet50 56x56x256", Relu.OP, 1, 1, 56, 56, 256);
    c.pointwise("gelu bert_base 128x3072", Gelu.OP, 1, 128, 3072);
    c.pointwise("sigmoid 1M", Sigmoid.OP, 1, 1024, 1024);
    c.pointwise("gelu 16M", Gelu.OP, 1, 4096, 4096);
    c.pointwise("softmax bert_base 1536x128", Softmax.OP, 1, 1536, 128);
    c.pointwise("softmax gpt2 128x50257", Softmax.OP, 1, 128, 50257);
    c.layerNorm("bert_base 128x768", 128, 768);
    c.layerNorm("4096x1024", 4096, 1024);
    c.conv("resnet50 first 7x7/2", 224, 3, 64, 7, 2, 1);
    c.conv("resnet50 3x3 64 at 56", 56, 64, 64, 3, 1, 1);
    c.conv("resnet50 3x3 128 at 28", 28, 128, 128, 3, 1, 1);
    c.conv("resnet50 3x3 256 at 14", 14, 256, 256, 3, 1, 1);
    c.conv("resnet50 3x3 512 at 7", 7, 512, 512, 3, 1, 1);
    c.conv("resnet50 3x3/2 128 at 56", 56, 128, 128, 3, 2, 1);
    c.conv("vgg16 3x3 256 at 56", 56, 256, 256, 3, 1, 1);
    c.conv("resnet50 1x1 64 to 256 at 56", 56, 64, 256, 1, 1, 1);
    c.conv("resnet50 1x1 512 to 128 at 28", 28, 512, 128, 1, 1, 1);
    c.conv("resnet50 1x1 1024 to 256 at 14", 14, 1024, 256, 1, 1, 1);
    c.conv("resnet50 1x1 512 to 2048 at 7", 7, 512, 2048, 1, 1, 1);
    c.conv("resnet50 1x1/2 256 to 512 at 56", 56, 256, 512, 1, 2, 1);
    c.conv("mobilenet_v3 depthwise 3x3 16 at 112", 112, 16, 16, 3, 1, 16);
    c.conv("mobilenet_v3 depthwise 3x3/2 64 at 112", 112, 64, 64, 3, 2, 64);
    c.conv("mobilenet_v3 depthwise 5x5 120 at 28", 28, 120, 120, 5, 1, 120);
    c.conv("mobilenet_v3 depthwise 3x3 184 at 14", 14, 184, 184, 3, 1, 184);
    c.conv("mobilenet_v3 depthwise 5x5 960 at 7", 7, 960, 960, 5, 1, 960);
    c.attention("bert_base 12 heads 128x64", 12, 128, 64, false);
    c.attention("vit_b16 12 heads 197x64", 12, 197, 64, false);
    c.attention("gpt2 causal 12 heads 128x64", 12, 128, 64, true);
    c.attention("long 8 heads 1024x64", 8, 1024, 64, false);
    c.lstm("64 steps, batch 1, 256", 64, 1, 256);
    c.lstm("32 steps, batch 16, 512", 32, 16, 512);
    return c.cases;
  }

  private final Map<String, Supplier<KernelCase>> cases = new LinkedHashMap<>();

  private void gemm(String shape, int m, int n, int k) {
    define("gemm/" + shape, Roof.Kind.FMA, c -> matmul(c, m, n, k));
  }

  private void gemv(String shape, int n, int k) {
    define("gemv/" + shape, Roof.Kind.READ, c -> matmul(c, 1, n, k));
  }

  private static Value matmul(Operands c, int m, int n, int k) {
    return c.add(Matmul.OP, Attrs.NONE, c.input(m, k), c.weight(k, n));
  }

  private void pointwise(String name, OpDef op, int operands, long... sizes) {
    define(
        (op == Softmax.OP ? "rows/" : "elementwise/") + name,
        Roof.Kind.COPY,
        c -> {
          Value[] inputs = new Value[operands];
          for (int i = 0; i < operands; i++) {
            inputs[i] = c.input(sizes);
          }
          return c.add(op, Attrs.NONE, inputs);
        });
  }

  private void layerNorm(String shape, int rows, int length) {
    define(
        "rows/layer norm " + shape,
        Roof.Kind.COPY,
        c ->
            c.add(
                LayerNorm.OP,
                Attrs.NONE,
                c.input(rows, length),
                c.weight(length),
                c.weight(length)));
  }

  private void conv(
      String shape, int size, int channels, int filters, int window, int stride, int groups) {
    long pad = window / 2;
    define(
        (groups > 1 ? "depthwise/" : window == 1 ? "conv 1x1/" : "conv/") + shape,
        Roof.Kind.FMA,
        c ->
            c.add(
                Conv.OP,
                Attrs.of(
                    "strides",
                    new long[] {stride, stride},
                    "pads",
                    new long[] {pad, pad, pad, pad},
                    "groups",
                    groups,
                    "layout",
                    "NHWC"),
                c.input(1, size, size, channels),
                c.weight(filters, channels / groups, window, window),
                c.weight(filters)));
  }

  private void attention(String shape, int heads, int length, int width, boolean causal) {
    cases.put(
        "attention/" + shape,
        () -> {
          Operands c = new Operands();
          Value q = c.input(1, heads, length, width);
          Value k = c.input(1, heads, length, width);
          Value v = c.input(1, heads, length, width);
          Value y = c.add(Attention.OP, Attrs.of("causal", causal), q, k, v);
          // Two products; a causal kernel need not do the half above the diagonal.
          double pairs = causal ? length * (length + 1) / 2.0 : (double) length * length;
          double flops = 4.0 * heads * pairs * width;
          return c.finish("attention/" + shape, Roof.Kind.FMA, y, flops);
        });
  }

  private void lstm(String shape, int steps, int batch, int size) {
    define(
        "lstm/" + shape,
        Roof.Kind.FMA,
        c ->
            c.add(
                Lstm.OP,
                Attrs.of("hidden", size),
                c.input(steps, batch, size),
                c.weight(1, 4L * size, size),
                c.weight(1, 4L * size, size),
                c.weight(1, 8L * size)));
  }

  private interface Body {
    Value build(Operands operands);
  }

  private void define(String name, Roof.Kind bound, Body body) {
    cases.put(
        name,
        () -> {
          Operands operands = new Operands();
          return operands.finish(name, bound, body.build(operands), 0);
        });
  }

  /** A graph under construction and the values of its inputs. */
  private static final class Operands {
    private final GraphBuilder builder = new GraphBuilder("kernel");
    private final List<Tensor> inputs = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(42);

    Value input(long... sizes) {
      Tensor tensor = random(1, sizes);
      inputs.add(tensor);
      return builder.input("x" + inputs.size(), tensor.type());
    }

    // Small, so that products stay in the range in which gates and exponentials do real work.
    Value weight(long... sizes) {
      return builder.constant(random(0.05, sizes));
    }

    private Tensor random(double range, long... sizes) {
      long count = 1;
      for (long size : sizes) {
        count *= size;
      }
      float[] values = new float[Math.toIntExact(count)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * range);
      }
      return Tensor.of(values, sizes);
    }

    Value add(OpDef op, Attrs attrs, Value... args) {
      return builder.add(op, attrs, args);
    }

    KernelCase finish(String name, Roof.Kind bound, Value result, double knownFlops) {
      builder.output("y", result);
      Graph graph = builder.build();
      double flops = knownFlops;
      double bytes = 0;
      for (Node node : graph.nodes()) {
        flops += knownFlops > 0 ? 0 : Cost.flops(node);
        bytes += Cost.bytes(node);
      }
      return new KernelCase(name, graph, List.copyOf(inputs), flops, bytes, bound);
    }
  }
}
