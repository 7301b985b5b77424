package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * einsum(x...){equation}: sums of products over labelled axes as numpy.einsum; {@link Equation} has
 * the notation. Works for any number of operands; integers are exact below 2^53.
 */
public final class Einsum {
  public static final OpDef OP =
      OpDef.named("einsum")
          .inputs(1, Integer.MAX_VALUE)
          .attr("equation")
          .fusion(FusionClass.CONTRACTION)
          .types(Einsum::types)
          .reference(Einsum::run)
          .decompose(Contraction::build)
          .define();

  private static List<Type> types(Operands in) {
    List<Shape> shapes = new ArrayList<>();
    for (int i = 0; i < in.count(); i++) {
      in.require(
          in.dtype(i) == in.dtype(0) && in.dtype(i).isNumber(),
          "all operands must have one number type");
      if (!in.shape(i).isRanked()) {
        return List.of(Type.tensor(in.dtype(0), Shape.UNRANKED));
      }
      shapes.add(in.shape(i));
    }
    Equation equation = Equation.parse(in.attrs().text("equation"), shapes);
    Map<Character, Long> sizes = equation.sizes(shapes);
    long[] output = new long[equation.output().length()];
    for (int i = 0; i < output.length; i++) {
      output[i] = sizes.getOrDefault(equation.output().charAt(i), -1L);
    }
    return List.of(Type.tensor(in.dtype(0), Shape.of(output)));
  }

  private static List<Tensor> run(Evaluation in) {
    List<Shape> shapes = new ArrayList<>();
    double[][] x = new double[in.count()][];
    for (int i = 0; i < x.length; i++) {
      shapes.add(in.tensor(i).shape());
      x[i] = in.tensor(i).toDoubles();
    }
    Equation equation = Equation.parse(in.attrs().text("equation"), shapes);
    Map<Character, Long> sizes = equation.sizes(shapes);
    // Output labels first, summed ones inside.
    StringBuilder labels = new StringBuilder(equation.output());
    for (char label : sizes.keySet()) {
      if (equation.output().indexOf(label) < 0) {
        labels.append(label);
      }
    }
    int rank = labels.length();
    int[] loops = new int[rank];
    long inner = 1;
    for (int l = 0; l < rank; l++) {
      loops[l] = Math.toIntExact(sizes.getOrDefault(labels.charAt(l), 1L));
      inner = l < equation.output().length() ? inner : Math.multiplyExact(inner, loops[l]);
    }
    int[][] strides = strides(equation, shapes, labels.toString());

    Shape shape = in.shape(0);
    double[] y = new double[Math.toIntExact(shape.elements())];
    int[] position = new int[rank];
    int[] offsets = new int[x.length];
    for (int o = 0; o < y.length; o++) {
      double sum = 0;
      for (long s = 0; s < inner; s++) {
        double product = 1;
        for (int i = 0; i < x.length; i++) {
          product *= x[i][offsets[i]];
        }
        sum += product;
        step(position, offsets, loops, strides);
      }
      if (inner == 0) {
        step(position, offsets, loops, strides);
      }
      y[o] = sum;
    }
    return List.of(Tensor.rounded(in.tensor(0).dtype(), shape, y));
  }

  /** How far each operand moves with each label; a label given twice walks the diagonal. */
  private static int[][] strides(Equation equation, List<Shape> shapes, String labels) {
    int[][] strides = new int[shapes.size()][labels.length()];
    for (int i = 0; i < strides.length; i++) {
      String operand = equation.operands().get(i);
      int stride = 1;
      for (int axis = operand.length() - 1; axis >= 0; axis--) {
        int size = Math.toIntExact(shapes.get(i).size(axis));
        if (size != 1) {
          strides[i][labels.indexOf(operand.charAt(axis))] += stride;
        }
        stride *= size;
      }
    }
    return strides;
  }

  private static void step(int[] position, int[] offsets, int[] loops, int[][] strides) {
    for (int l = loops.length - 1; l >= 0; l--) {
      position[l]++;
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] += strides[i][l];
      }
      if (position[l] < loops[l]) {
        return;
      }
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] -= strides[i][l] * position[l];
      }
      position[l] = 0;
    }
  }

  private Einsum() {}
}
