package dev.gatun.core.plan;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Node;
import dev.gatun.core.op.Conv;
import dev.gatun.core.op.ConvTranspose;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.tensor.Shape;

/**
 * Whose kernels {@link Backend#AUTO} asks first for a node that nobody measured here: what {@code
 * gatun tune} found for most nodes of this kind.
 */
final class Usual {
  /** Rows from which on oneDNN's micro-kernel makes up for the call and the thinner tiles. */
  private static final long ROWS = 16;

  /** Fewer channels leave part of the tiles of Gatun's own kernels empty. */
  private static final long CHANNELS = 128;

  /** With that many channels own kernels are nearly as fast as oneDNN's. */
  private static final double UNEVEN = 1.08;

  static Backend of(Node node, int threads) {
    Node anchor = node.op() == Fused.OP ? Fused.anchor(Fused.body(node)).orElse(node) : node;
    if (isPackedInEachRun(node, anchor)) {
      return Backend.VECTOR;
    }
    boolean foreign =
        anchor.op() == Matmul.OP
            ? isTallProduct(node, anchor)
            : anchor.op() == Conv.OP
                ? isLargeImage(anchor) && !isBetterHere(anchor, threads)
                : anchor.op() == ConvTranspose.OP && isLargeImage(anchor);
    return foreign ? Backend.ONEDNN : Backend.VECTOR;
  }

  /** A product with a constant that is packed beforehand. */
  private static boolean isTallProduct(Node node, Node matmul) {
    return Anchored.weight(node, Anchored.operands(node, matmul)).isPresent()
        && matmul.input(1).tensorType().shape().rank() == 2
        && hasManyRows(matmul);
  }

  /**
   * Winograd's algorithm, which oneDNN has not for these images; filters of single channels, and
   * images of few rows, on several threads, for which oneDNN's slices are too coarse.
   */
  private static boolean isBetterHere(Node conv, int threads) {
    Shape w = conv.input(1).tensorType().shape();
    return ConvKernels.isWinograd(conv)
        || threads > 1 && w.size(1) == 1 && conv.attrs().integer("groups") > 1
        || Math.min(w.size(0), w.size(1)) >= CHANNELS
            && DnnlConvolution.unevenness(conv, threads) > UNEVEN;
  }

  /**
   * Weights that change are packed in each run: our threads share that work, oneDNN's reorder has
   * one (a training step of resnet18, batch 32: 147 ms instead of 202 on 4 threads, 587 instead of
   * 568 on one). The choice must not depend on the threads: training gives the same bits on any.
   */
  private static boolean isPackedInEachRun(Node node, Node anchor) {
    return (anchor.op() == Conv.OP || anchor.op() == ConvTranspose.OP)
        && Anchored.weight(node, Anchored.operands(node, anchor)).isEmpty();
  }

  private static boolean isLargeImage(Node conv) {
    return conv.attrs().text("layout").equals("NHWC") && hasManyRows(conv);
  }

  private static boolean hasManyRows(Node node) {
    Shape y = node.output().tensorType().shape();
    return y.size(-1) > 0 && y.elements() / y.size(-1) >= ROWS;
  }

  private Usual() {}
}
