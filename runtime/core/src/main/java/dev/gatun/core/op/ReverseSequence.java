package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import java.util.List;

/**
 * reverseSequence(x, lengths) = x with the first lengths[b] elements along {@code timeAxis}
 * reversed, for each index b along {@code batchAxis}.
 */
public final class ReverseSequence {
  public static final OpDef OP =
      OpDef.named("reverseSequence")
          .inputs(2)
          .attr("timeAxis", 0)
          .attr("batchAxis", 1)
          .types(
              in -> {
                check(in);
                return List.of(in.type(0));
              })
          .reference(in -> List.of(run(in)))
          .gradient(g -> List.of(g.b().add(g.node().op(), g.attrs(), g.dy(), g.x(1))))
          .define();

  private static void check(Operands in) {
    Sizes.requireIntegers(in, 1);
    Shape x = in.shape(0);
    if (!x.isRanked()) {
      return;
    }
    in.require(x.rank() >= 2, "x needs two axes, time and batch");
    int time = Axes.one(in, in.attrs().integer("timeAxis"), x.rank());
    int batch = Axes.one(in, in.attrs().integer("batchAxis"), x.rank());
    in.require(time != batch, "timeAxis and batchAxis must differ");
    Shape lengths = in.shape(1);
    in.require(
        !lengths.isFixed()
            || x.size(batch) < 0
            || lengths.rank() == 1 && lengths.size(0) == x.size(batch),
        "lengths must be a vector of %d",
        x.size(batch));
  }

  private static Tensor run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor lengths = in.tensor(1);
    int rank = x.shape().rank();
    int time = Axes.at(in.attrs().integer("timeAxis"), rank);
    int batch = Axes.at(in.attrs().integer("batchAxis"), rank);
    long size = x.shape().size(time);
    for (long b = 0; b < lengths.elements(); b++) {
      if (lengths.getLong(b) < 0 || lengths.getLong(b) > size) {
        throw in.error("length %d is outside [0, %d]", lengths.getLong(b), size);
      }
    }
    TensorBuilder y = in.builder(0);
    long stride = Indexer.strides(x.shape())[time];
    Indexer at = new Indexer(x.shape());
    for (long i = 0; i < x.elements(); i++, at.step()) {
      long length = lengths.getLong(at.position(batch));
      long t = at.position(time);
      y.copy(i, x, t < length ? i + (length - 1 - 2 * t) * stride : i);
    }
    return y.build();
  }

  private ReverseSequence() {}
}
