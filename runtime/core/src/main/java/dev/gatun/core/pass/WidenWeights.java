package dev.gatun.core.pass;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.DequantizeLinear;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes float32 constants of 8-bit weights that no kernel reads as they are: of convolutions, above
 * all. They are widened when a kernel packs them, instead of in every run. It is a part of folding
 * constants, which leaves those above a megabyte alone.
 */
final class WidenWeights implements Pass {
  @Override
  public String name() {
    return "foldConstants";
  }

  @Override
  public Graph apply(Graph graph) {
    return Rewriter.rewrite(
        graph,
        (node, inputs, b) ->
            node.op() == DequantizeLinear.OP && isPlain(node)
                ? Optional.of(List.of(b.constant(node.output().name(), Widened.of(node))))
                : Optional.empty());
  }

  /** Constants; one scale, or one an index of an axis. */
  private static boolean isPlain(Node node) {
    boolean constants =
        node.inputs().stream().allMatch(v -> v.isAbsent() || v.constant().isPresent());
    if (!constants || node.has(3) || node.attrs().integer("blockSize") != 0) {
      return false;
    }
    if (node.input(0).tensorType().shape().rank() == 0) {
      return false;
    }
    DType type = node.input(0).tensorType().dtype();
    return (type == DType.I8 || type == DType.U8)
        && node.input(1).tensorType().dtype() == DType.F32
        && node.output().tensorType().dtype() == DType.F32;
  }

  /** (integer - zero) * scale. */
  private record Widened(Tensor integers, Tensor scales, Optional<Tensor> zeros, int axis)
      implements Recipe {
    static Tensor of(Node node) {
      Tensor integers = node.input(0).constant().orElseThrow();
      Optional<Tensor> zeros = node.has(2) ? node.input(2).constant() : Optional.<Tensor>empty();
      int axis = (int) Math.floorMod(node.attrs().integer("axis"), (long) integers.shape().rank());
      Tensor scales = constant(node.input(1));
      return Tensor.computed(
          DType.F32, integers.shape(), new Widened(integers, scales, zeros, axis));
    }

    private static Tensor constant(Value value) {
      return value.constant().orElseThrow();
    }

    @Override
    public void write(MemorySegment to) {
      float[] scale = scales.toFloats();
      long[] zero = zeros.map(Tensor::toLongs).orElse(new long[] {0});
      boolean signed = integers.dtype() == DType.I8;
      MemorySegment from = integers.data();
      long inner = 1;
      for (int a = axis + 1; a < integers.shape().rank(); a++) {
        inner *= integers.shape().size(a);
      }
      long each = inner;
      int rows = Math.toIntExact(integers.elements() / Math.max(1, each));
      IntStream.range(0, rows)
          .parallel()
          .forEach(
              row -> {
                float s = scale[scale.length == 1 ? 0 : row % scale.length];
                float z = zero[zero.length == 1 ? 0 : row % zero.length];
                for (long i = row * each; i < (row + 1) * each; i++) {
                  byte b = from.get(ValueLayout.JAVA_BYTE, i);
                  float x = signed ? b : b & 0xFF;
                  to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, (x - z) * s);
                }
              });
      integers.unload();
    }
  }
}
