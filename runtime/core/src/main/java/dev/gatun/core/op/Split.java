package dev.gatun.core.op;

import dev.gatun.core.graph.Backward;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Indexer;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * split(x, sizes?) = consecutive parts of x along {@code axis}.
 *
 * <p>Without {@code sizes} there are {@code parts} of them (by default as many as outputs), equal
 * but for a smaller last one.
 */
public final class Split {
  public static final OpDef OP =
      OpDef.named("split")
          .inputs(1, 2)
          .attr("axis", 0)
          .attr("parts")
          .types(Split::types)
          .reference(Split::run)
          .gradient(Split::gradient)
          .define();

  private static List<Type> types(Operands in) {
    Shape x = in.shape(0);
    int outputs = in.outputs();
    if (!x.isRanked()) {
      return repeated(in, Shape.UNRANKED);
    }
    int axis = Axes.one(in, in.attrs().integer("axis"), x.rank());
    in.require(x.rank() > 0, "a scalar cannot be split");
    long size = x.size(axis);
    long[] parts = new long[outputs];
    if (in.has(1) && in.longs(1).isEmpty()) {
      Arrays.fill(parts, Shape.UNKNOWN);
    } else if (in.has(1)) {
      parts = in.longs(1).get();
      long sum = 0;
      for (long part : parts) {
        in.require(part >= 0, "sizes %s has a negative entry", Sizes.text(parts));
        sum += part;
      }
      in.require(size < 0 || sum == size, "sizes %s must add up to %d", Sizes.text(parts), size);
      in.require(parts.length >= outputs, "%d sizes for %d outputs", parts.length, outputs);
    } else {
      long count = in.attrs().has("parts") ? in.attrs().integer("parts") : outputs;
      in.require(count >= outputs && count > 0, "%d parts for %d outputs", count, outputs);
      long chunk = size < 0 ? Shape.UNKNOWN : Math.ceilDiv(size, count);
      for (int i = 0; i < outputs; i++) {
        parts[i] = chunk < 0 ? Shape.UNKNOWN : Math.clamp(size - i * chunk, 0, chunk);
      }
    }
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      long[] sizes = x.sizes();
      sizes[axis] = parts[i];
      types.add(Type.tensor(in.dtype(0), sizes));
    }
    return types;
  }

  private static List<Type> repeated(Operands in, Shape shape) {
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < in.outputs(); i++) {
      types.add(Type.tensor(in.dtype(0), shape));
    }
    return types;
  }

  private static List<Datum> run(Evaluation in) {
    Tensor x = in.tensor(0);
    long[] strides = Indexer.strides(x.shape());
    int axis = Axes.at(in.attrs().integer("axis"), strides.length);
    List<Datum> parts = new ArrayList<>();
    long from = 0;
    for (int i = 0; i < in.outputs(); i++) {
      Shape shape = in.shape(i);
      parts.add(StridedCopy.copy(x, shape, from, strides));
      from += shape.size(axis) * strides[axis];
    }
    return parts;
  }

  private static List<Value> gradient(Backward g) {
    Formula f = new Formula(g.b());
    long axis = g.attrs().integer("axis");
    Value[] parts = new Value[g.node().outputs().size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = g.dy(i);
    }
    Value joined = f.concat(axis, parts);
    long missing =
        g.x(0).tensorType().shape().size((int) axis) - joined.tensorType().shape().size((int) axis);
    if (joined.type().isFixed() && missing == 0) {
      return List.of(joined);
    }
    if (!joined.type().isFixed() || !g.x(0).type().isFixed()) {
      throw g.error("has a gradient only if the shape is known, got %s", g.x(0));
    }
    // Parts that the node does not have are zeros at the end.
    Value pads = f.longs(0, missing);
    return List.of(g.b().add(Pad.OP, joined, pads, Value.ABSENT, f.longs(axis)));
  }

  private Split() {}
}
