package dev.gatun.core.plan;

import dev.gatun.core.graph.Broadcast;
import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.Epilogue;
import dev.gatun.kernels.GemmF32;
import dev.gatun.kernels.PackedWeightsF32;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products in float32 with our own kernels: constant right operands are packed once; leading
 * axes of the left one join its rows where the right one has none.
 */
final class MatmulKernels implements Candidate {
  /** With fewer rows each task packs for itself what it needs, which saves a meeting. */
  private static final int SHARED_ROWS = 64;

  /** Of a weight that is being packed, so much is resident in both forms. */
  private static final long WINDOW_BYTES = 4 << 20;

  /** Rows of the right matrix that a task packs. */
  private static final int PACKED_ROWS = 32;

  @Override
  public String name() {
    return "matmul/vector/f32";
  }

  @Override
  public Lowering lower(Node node, Target target) {
    Optional<Anchored> found = Anchored.of(node, Matmul.OP);
    if (found.isEmpty()) {
      return new Lowering.Refused("");
    }
    Anchored anchored = found.get();
    Node matmul = anchored.anchor();
    if (matmul.output().tensorType().dtype() != DType.F32) {
      return new Lowering.Refused("only float32, not " + matmul.output().tensorType().dtype());
    }
    Product product = Product.of(matmul);
    if (product.largest() > Integer.MAX_VALUE) {
      return new Lowering.Refused("more than 2^31 rows, columns or terms");
    }
    boolean turnA = product.turnA();
    boolean turnB = product.turnB();
    int aIndex = anchored.inputs()[0];
    int bIndex = anchored.inputs()[1];
    int m = (int) product.m();
    int n = (int) product.n();
    int k = (int) product.k();
    int matrices = (int) product.batch().elements();
    // With many matrices each is one task; with few, each is cut for the whole team.
    int threads =
        matrices >= 2 * target.threads()
            ? 1
            : Math.max(1, target.threads() / Math.max(1, matrices));
    GemmF32.Left left = turnA ? GemmF32.Left.TRANSPOSED : GemmF32.Left.ROWS;
    long aRowBytes = 4L * (turnA ? m : k);
    Optional<Tensor> weight = anchored.weight(node);
    if (weight.isPresent() && product.rightMatrices() == 1) {
      Tensor w = weight.get();
      long packed =
          target
              .weights()
              .packed(
                  w,
                  new GemmPanels(PackedWeightsF32.COLUMNS, turnB, PackedWeightsF32.bytes(n, k)),
                  PackedWeightsF32.bytes(n, k),
                  to -> pack(w, turnB, n, k, to));
      GemmF32 plan = GemmF32.plan(m, n, k, left, GemmF32.Right.PACKED, threads);
      return finish(
          anchored,
          node,
          new Multiply(
              plan, product, aIndex, aRowBytes, -1, packed, 0, anchored, node.inputs().size()),
          "packed " + m + "x" + n + "x" + k,
          bIndex);
    }
    if (matrices == 1 && m >= SHARED_ROWS && k > 0) {
      return shared(anchored, node, product, left, target.threads());
    }
    GemmF32.Right right = turnB ? GemmF32.Right.TRANSPOSED : GemmF32.Right.ROWS;
    GemmF32 plan = GemmF32.plan(m, n, k, left, right, threads);
    long bRowBytes = 4L * (turnB ? k : n);
    return finish(
        anchored,
        node,
        new Multiply(
            plan, product, aIndex, aRowBytes, bIndex, 0, bRowBytes, anchored, node.inputs().size()),
        (matrices == 1 ? "" : matrices + " of ") + m + "x" + n + "x" + k,
        -1);
  }

  /** A product whose right matrix changes: the team packs it once, before tasks of rows use it. */
  private static Lowering shared(
      Anchored anchored, Node node, Product product, GemmF32.Left left, int threads) {
    int m = (int) product.m();
    int n = (int) product.n();
    int k = (int) product.k();
    int scratch = node.inputs().size() + node.outputs().size();
    GemmF32 plan = GemmF32.plan(m, n, k, left, GemmF32.Right.PACKED, threads);
    long aRowBytes = 4L * (product.turnA() ? m : k);
    Kernel multiply =
        new Multiply(
            plan,
            product,
            anchored.inputs()[0],
            aRowBytes,
            scratch,
            0,
            0,
            anchored,
            node.inputs().size());
    int b = anchored.inputs()[1];
    int panels = PackedWeightsF32.panels(n);
    Kernel pack =
        product.turnB()
            ? new TaskKernel(
                panels,
                (buffers, task) ->
                    PackedWeightsF32.packTransposed(
                        buffers[b], 4L * k, n, k, buffers[scratch], task, task + 1))
            : new TaskKernel(
                Math.ceilDiv(k, PACKED_ROWS),
                (buffers, task) ->
                    PackedWeightsF32.packRows(
                        buffers[b],
                        4L * n,
                        n,
                        k,
                        buffers[scratch],
                        task * PACKED_ROWS,
                        Math.min(k, (task + 1) * PACKED_ROWS)));
    String note = m + "x" + n + "x" + k + ", packed once";
    return new Lowering.Kernels(
        List.of(pack, multiply),
        PackedWeightsF32.bytes(n, k),
        List.of(),
        List.of(),
        anchored.note().isEmpty() ? note : note + "; " + anchored.note());
  }

  /** Packs a weight in the order of its file, and lets go of the pages behind it on the way. */
  private static void pack(Tensor weight, boolean transposed, int n, int k, long to) {
    int rows = transposed ? n : k;
    long rowBytes = 4L * (transposed ? k : n);
    int columns = PackedWeightsF32.COLUMNS;
    long fitting = WINDOW_BYTES / Math.max(1, rowBytes) / columns * columns;
    int window = Math.clamp(fitting, columns, Math.max(columns, rows));
    Weights.withAddress(
        weight,
        from -> {
          for (int first = 0; first < rows; first += window) {
            int last = Math.min(rows, first + window);
            if (transposed) {
              int lastPanel = Math.ceilDiv(last, columns);
              PackedWeightsF32.packTransposed(from, rowBytes, n, k, to, first / columns, lastPanel);
            } else {
              PackedWeightsF32.packSome(from, rowBytes, n, k, to, first, last);
            }
            weight.unload(first * rowBytes, (last - first) * rowBytes);
          }
        });
  }

  private static Lowering finish(
      Anchored anchored, Node node, Kernel kernel, String shape, int unread) {
    Lowering.Kernels kernels =
        Lowering.Kernels.of(kernel)
            .noted(anchored.note().isEmpty() ? shape : shape + "; " + anchored.note());
    boolean readElsewhere = unread >= 0 && node.inputs().lastIndexOf(node.input(unread)) != unread;
    return unread >= 0 && !readElsewhere ? kernels.without(unread) : kernels;
  }

  /**
   * A product as a batch of matrices: sizes, and for each matrix of the result which matrix of each
   * operand it takes.
   */
  record Product(
      long m,
      long n,
      long k,
      boolean turnA,
      boolean turnB,
      Shape batch,
      int[] leftMatrix,
      int[] rightMatrix,
      long rightMatrices) {
    static Product of(Node matmul) {
      Shape a = matmul.input(0).tensorType().shape();
      Shape b = matmul.input(1).tensorType().shape();
      boolean turnA = matmul.attrs().flag("transposeA") && a.rank() > 1;
      boolean turnB = matmul.attrs().flag("transposeB") && b.rank() > 1;
      long k = a.rank() == 1 ? a.size(0) : a.size(turnA ? -2 : -1);
      long m = a.rank() == 1 ? 1 : a.size(turnA ? -1 : -2);
      long n = b.rank() == 1 ? 1 : b.size(turnB ? -2 : -1);
      Shape leftBatch = leading(a);
      Shape rightBatch = leading(b);
      if (rightBatch.elements() == 1 && !turnA) {
        return new Product(
            m * leftBatch.elements(), n, k, turnA, turnB, Shape.SCALAR, new int[1], new int[1], 1);
      }
      Shape batch = Broadcast.shape("matmul", leftBatch, rightBatch);
      return new Product(
          m,
          n,
          k,
          turnA,
          turnB,
          batch,
          matrices(leftBatch, batch),
          matrices(rightBatch, batch),
          rightBatch.elements());
    }

    long largest() {
      return Math.max(Math.max(m, n), Math.max(k, batch.elements()));
    }

    private static Shape leading(Shape shape) {
      return shape.rank() <= 2
          ? Shape.SCALAR
          : Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 2));
    }

    private static int[] matrices(Shape from, Shape batch) {
      long[] strides = Broadcast.strides(from, batch);
      int[] index = new int[Math.toIntExact(batch.elements())];
      for (int i = 0; i < index.length; i++) {
        long rest = i;
        for (int axis = batch.rank() - 1; axis >= 0; axis--) {
          index[i] += (int) (rest % batch.size(axis) * strides[axis]);
          rest /= batch.size(axis);
        }
      }
      return index;
    }
  }

  /** Runs the plan for each matrix; tasks of one matrix lie beside each other. */
  private static final class Multiply implements Kernel {
    private final GemmF32 plan;
    private final Product product;
    private final int a;
    private final long aRowBytes;
    private final int b;
    private final long packed;
    private final long bRowBytes;
    private final int bias;
    private final float low;
    private final float high;
    private final @Nullable Epilogue[] epilogues;
    private final int output;

    Multiply(
        GemmF32 plan,
        Product product,
        int a,
        long aRowBytes,
        int b,
        long packed,
        long bRowBytes,
        Anchored anchored,
        int output) {
      this.plan = plan;
      this.product = product;
      this.a = a;
      this.aRowBytes = aRowBytes;
      this.b = b;
      this.packed = packed;
      this.bRowBytes = bRowBytes;
      this.bias = anchored.bias();
      this.low = anchored.low();
      this.high = anchored.high();
      this.output = output;
      epilogues = new Epilogue[product.leftMatrix().length];
      Epilogue epilogue = anchored.epilogue();
      for (int i = 0; i < epilogues.length && epilogue != null; i++) {
        long firstRow = i * product.m();
        epilogues[i] = i == 0 ? epilogue : new Shifted(epilogue, firstRow);
      }
    }

    @Override
    public int tasks() {
      return plan.tasks() * product.leftMatrix().length;
    }

    @Override
    public void run(long[] buffers, int task) {
      int matrix = task / plan.tasks();
      long aSize = 4 * product.m() * product.k();
      long bSize = 4 * product.n() * product.k();
      long cSize = 4 * product.m() * product.n();
      plan.run(
          buffers[a] + product.leftMatrix()[matrix] * aSize,
          aRowBytes,
          b < 0 ? packed : buffers[b] + product.rightMatrix()[matrix] * bSize,
          bRowBytes,
          bias < 0 ? 0 : buffers[bias],
          0,
          low,
          high,
          buffers[output] + matrix * cSize,
          4 * product.n(),
          epilogues[matrix],
          buffers,
          task % plan.tasks());
    }
  }

  /** An epilogue for a matrix that starts at a later row of the whole result. */
  private record Shifted(Epilogue epilogue, long firstRow) implements Epilogue {
    @Override
    public void apply(
        long[] buffers, long dst, long dstRowBytes, long row, int rows, long column, int columns) {
      epilogue.apply(buffers, dst, dstRowBytes, firstRow + row, rows, column, columns);
    }
  }
}
