package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.plan.MatmulKernels.Product;
import dev.gatun.core.plan.Slicing.Part;
import dev.gatun.core.tensor.DType;
import dev.gatun.ffi.OpenBlas;
import dev.gatun.kernels.Epilogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products in float32 by OpenBLAS: matrices of a batch one by one, cut into rows or columns
 * where they are fewer than threads. Whatever was fused runs as a generated epilogue.
 */
final class BlasMatmul implements Candidate {
  @Override
  public String name() {
    return "matmul/openblas/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<DnnlTail> found = DnnlTail.of(node, Matmul.OP, false);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    DnnlTail tail = found.get();
    Optional<OpenBlas> library = OpenBlas.find().library();
    if (library.isEmpty()) {
      return new Lowering.Refused("OpenBLAS is not available");
    }
    if (tail.result().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + tail.result().dtype());
    }
    Product product = Product.of(tail.anchor());
    if (product.m() == 0 || product.n() == 0 || product.k() == 0 || product.largest() == 0) {
      return new Lowering.Refused("an empty product");
    }
    if (product.largest() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 rows, columns or terms");
    }
    int matrices = product.leftMatrix().length;
    int wanted =
        Slicing.slices(2.0 * product.m() * product.n() * product.k() * matrices, target.threads());
    long parts = matrices >= wanted ? 1 : Math.ceilDiv(wanted, matrices);
    boolean byColumns = product.m() < 16 * parts && product.n() >= product.m();
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < matrices; i++) {
      for (Part rows : Slicing.cut(product.m(), byColumns ? 1 : parts, 1)) {
        for (Part columns : Slicing.cut(product.n(), byColumns ? parts : 1, 16)) {
          blocks.add(new Block(i, rows, columns));
        }
      }
    }
    int tasks = matrices == 1 ? blocks.size() : Math.min(wanted, blocks.size());
    Kernel kernel =
        new Multiply(
            library.get(),
            product,
            blocks.toArray(Block[]::new),
            tasks,
            tail.inputs()[0],
            tail.inputs()[1],
            node.inputs().size(),
            tail.epilogue());
    String shape = product.m() + "x" + product.n() + "x" + product.k();
    return Lowering.Kernels.of(kernel)
        .noted(tail.noted(matrices == 1 ? shape : matrices + " of " + shape));
  }

  private record Block(int matrix, Part rows, Part columns) {}

  private record Multiply(
      OpenBlas blas,
      Product product,
      Block[] blocks,
      int tasks,
      int left,
      int right,
      int output,
      @Nullable Epilogue epilogue)
      implements Kernel {
    @Override
    public void run(long[] buffers, int task) {
      int last = (int) ((task + 1L) * blocks.length / tasks);
      for (int i = (int) ((long) task * blocks.length / tasks); i < last; i++) {
        run(buffers, blocks[i]);
      }
    }

    private void run(long[] buffers, Block block) {
      long m = product.m();
      long n = product.n();
      long k = product.k();
      long row = block.rows.first();
      long column = block.columns.first();
      long a = product.leftMatrix()[block.matrix] * m * k + row * (product.turnA() ? 1 : k);
      long b = product.rightMatrix()[block.matrix] * k * n + column * (product.turnB() ? k : 1);
      long c = buffers[output] + 4 * (block.matrix * m * n + row * n + column);
      blas.sgemm(
          product.turnA(),
          product.turnB(),
          (int) block.rows.count(),
          (int) block.columns.count(),
          (int) k,
          1,
          buffers[left] + 4 * a,
          (int) (product.turnA() ? m : k),
          buffers[right] + 4 * b,
          (int) (product.turnB() ? k : n),
          0,
          c,
          (int) n);
      if (epilogue != null) {
        epilogue.apply(
            buffers,
            c,
            4 * n,
            block.matrix * m + row,
            (int) block.rows.count(),
            column,
            (int) block.columns.count());
      }
    }
  }
}
