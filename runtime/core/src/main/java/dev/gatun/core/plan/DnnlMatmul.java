package dev.gatun.core.plan;

import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.plan.MatmulKernels.Product;
import dev.gatun.core.plan.Slicing.Part;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.ffi.Arg;
import dev.gatun.ffi.DataType;
import dev.gatun.ffi.MatMul;
import dev.gatun.ffi.MemoryDesc;
import dev.gatun.ffi.OneDnn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Matrix products in float32 by oneDNN. One matrix is cut into rows, or into columns where it has
 * few rows; a batch into groups of matrices. Constant right operands are packed once, in panels of
 * 32 columns, of which any range is a packed matrix itself.
 */
final class DnnlMatmul implements Candidate {
  private static final long PANEL = 32;

  @Override
  public String name() {
    return "matmul/onednn/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<DnnlTail> found = DnnlTail.of(node, Matmul.OP, true);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    DnnlTail tail = found.get();
    Optional<OneDnn> library = OneDnn.find().library();
    if (library.isEmpty()) {
      return new Lowering.Refused("oneDNN is not available");
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
    Optional<Tensor> weight = tail.weight(node);
    String refusal = "";
    if (weight.isPresent() && product.rightMatrices() == 1) {
      try {
        return new Builder(library.get(), node, target, tail, product).packed(weight.get());
      } catch (DnnlSlices.RefusedException e) {
        refusal = e.getMessage() + "; ";
      }
    }
    try {
      return new Builder(library.get(), node, target, tail, product).plain();
    } catch (DnnlSlices.RefusedException e) {
      return new Lowering.Refused(refusal + e.getMessage());
    }
  }

  /** One lowering. */
  private static final class Builder {
    private final OneDnn dnnl;
    private final Node node;
    private final DnnlTail tail;
    private final Product product;
    private final Target target;
    private final DnnlSlices slices;
    private final long m;
    private final long n;
    private final long k;
    private final int matrices;
    private boolean panels;
    private long packed;

    Builder(OneDnn dnnl, Node node, Target target, DnnlTail tail, Product product) {
      this.dnnl = dnnl;
      this.node = node;
      this.tail = tail;
      this.product = product;
      this.target = target;
      slices = new DnnlSlices(target);
      m = product.m();
      n = product.n();
      k = product.k();
      matrices = product.leftMatrix().length;
      slices.operand(Arg.SRC, tail.inputs()[0]);
    }

    Lowering packed(Tensor weight) {
      panels = true;
      slices.fixed(Arg.WEIGHTS);
      MemoryDesc to = MemoryDesc.panels32(DataType.F32, k, n);
      MemoryDesc from = weights(1, false, n, false);
      // Refusals come before the work: the first slice's primitive is built without its address.
      addSlices();
      packed =
          target
              .weights()
              .packed(
                  weight,
                  new GemmPanels(32, product.turnB(), to.sizeBytes()),
                  to.sizeBytes(),
                  address ->
                      Weights.withAddress(weight, at -> dnnl.reorder(from, at, to, address)));
      for (DnnlKernel.Slice slice : slices.slices()) {
        slice.at()[1] += packed;
      }
      Lowering.Kernels kernels = finish("packed ");
      int index = tail.inputs()[1];
      return node.inputs().lastIndexOf(node.input(index))
              == node.inputs().indexOf(node.input(index))
          ? kernels.without(index)
          : kernels;
    }

    Lowering plain() {
      slices.operand(Arg.WEIGHTS, tail.inputs()[1]);
      addSlices();
      return finish(matrices == 1 ? "" : matrices + " of ");
    }

    private Lowering.Kernels finish(String how) {
      int wanted = Slicing.slices(2.0 * m * n * k * matrices, target.threads());
      int tasks = matrices == 1 ? slices.slices().size() : Math.max(1, wanted);
      return new DnnlKernel(
              slices.operands(),
              slices.slices(),
              tasks,
              tail.epilogue(),
              node.inputs().size(),
              4 * n)
          .alone(tail.noted(how + m + "x" + n + "x" + k + " by " + slices.implementation()));
    }

    private void addSlices() {
      slices.operand(Arg.DST, node.inputs().size());
      if (tail.bias() >= 0) {
        slices.operand(Arg.BIAS, tail.bias());
      }
      slices.operands(tail);
      int wanted = Slicing.slices(2.0 * m * n * k * matrices, target.threads());
      boolean leftAlone = isConstant(product.leftMatrix());
      boolean rightAlone = isConstant(product.rightMatrix());
      if (matrices > 1
          && matrices >= wanted
          && !panels
          && (leftAlone || isIdentity(product.leftMatrix()))
          && (rightAlone || isIdentity(product.rightMatrix()))) {
        for (Part group : Slicing.cut(matrices, wanted, 1)) {
          add(group, new Part(0, m), new Part(0, n), leftAlone, rightAlone);
        }
        return;
      }
      long parts = matrices >= wanted ? 1 : Math.ceilDiv(wanted, matrices);
      long down = Slicing.rowParts(m, n, k, parts, PANEL);
      List<Part> rows = Slicing.cut(m, down, 1);
      List<Part> columns = Slicing.cut(n, Math.ceilDiv(parts, down), PANEL);
      for (int i = 0; i < matrices; i++) {
        for (Part r : rows) {
          for (Part c : columns) {
            add(new Part(i, 1), r, c, true, true);
          }
        }
      }
    }

    private static boolean isConstant(int[] index) {
      for (int i : index) {
        if (i != index[0]) {
          return false;
        }
      }
      return true;
    }

    private static boolean isIdentity(int[] index) {
      for (int i = 0; i < index.length; i++) {
        if (index[i] != i) {
          return false;
        }
      }
      return true;
    }

    private record Size(long group, long rows, long columns) {}

    private void add(Part group, Part rows, Part columns, boolean leftAlone, boolean rightAlone) {
      SharedPrimitive primitive =
          slices.primitive(
              new Size(group.count(), rows.count(), columns.count()),
              () -> {
                MemoryDesc dst = matrix(group.count(), false, rows.count(), columns.count(), n, m);
                MemoryDesc row =
                    MemoryDesc.rowMajor(
                        DataType.F32,
                        dst.rank() == 2
                            ? new long[] {1, columns.count()}
                            : new long[] {1, 1, columns.count()});
                return MatMul.of(dnnl)
                    .src(src(group.count(), leftAlone, rows.count()))
                    .weights(weights(group.count(), rightAlone, columns.count(), panels))
                    .bias(tail.bias() < 0 ? null : row)
                    .dst(dst)
                    .attributes(DnnlSlices.attributes(tail, dst, row))
                    .build();
              });
      int first = (int) group.first();
      long left = product.leftMatrix()[first] * m * k;
      long right = product.rightMatrix()[first] * k * n;
      long offset = 4 * (first * m * n + rows.first() * n + columns.first());
      List<Long> at = new ArrayList<>();
      at.add(4 * (left + rows.first() * (product.turnA() ? 1 : k)));
      if (panels) {
        // A panel is [k rounded up to 16][32].
        at.add(4 * columns.first() * (Math.ceilDiv(k, 16) * 16));
      } else {
        at.add(4 * (right + columns.first() * (product.turnB() ? k : 1)));
      }
      at.add(offset);
      if (tail.bias() >= 0) {
        at.add(4 * columns.first());
      }
      for (DnnlTail.Step step : tail.steps()) {
        if (step instanceof DnnlTail.Step.Combine combine) {
          at.add(combine.column() ? 4 * columns.first() : offset);
        }
      }
      slices.slice(
          primitive,
          new DnnlKernel.Block(
              offset,
              first * m + rows.first(),
              (int) (group.count() * rows.count()),
              columns.first(),
              (int) columns.count()),
          at);
    }

    private MemoryDesc src(long group, boolean alone, long rows) {
      return product.turnA()
          ? matrix(group, alone, rows, k, 1, m, m, k)
          : matrix(group, alone, rows, k, k, 1, m, k);
    }

    private MemoryDesc weights(long group, boolean alone, long columns, boolean inPanels) {
      if (inPanels) {
        return MemoryDesc.panels32(DataType.F32, k, columns);
      }
      return product.turnB()
          ? matrix(group, alone, k, columns, 1, k, k, n)
          : matrix(group, alone, k, columns, n, 1, k, n);
    }

    private static MemoryDesc matrix(
        long group, boolean alone, long rows, long columns, long rowStride, long allRows) {
      return matrix(group, alone, rows, columns, rowStride, 1, allRows, rowStride);
    }

    private static MemoryDesc matrix(
        long group,
        boolean alone,
        long rows,
        long columns,
        long rowStride,
        long columnStride,
        long allRows,
        long allColumns) {
      return group == 1
          ? MemoryDesc.strided(
              DataType.F32, new long[] {rows, columns}, new long[] {rowStride, columnStride})
          : MemoryDesc.strided(
              DataType.F32,
              new long[] {alone ? 1 : group, rows, columns},
              new long[] {allRows * allColumns, rowStride, columnStride});
    }
  }
}
