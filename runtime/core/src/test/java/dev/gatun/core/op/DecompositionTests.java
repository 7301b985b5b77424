package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators that have a reference and a decomposition: both must say the same. */
class DecompositionTests {
  /** Inputs: "2x3" random floats, "2x3>0" positive ones, "-" absent, else a literal tensor. */
  record Case(OpDef op, String inputs, Attrs attrs, int outputs) {
    @Override
    public String toString() {
      return op + " " + inputs + " " + attrs;
    }
  }

  private static Case of(OpDef op, String inputs, Object... attrs) {
    return new Case(op, inputs, Attrs.of(attrs), 1);
  }

  static Stream<Case> cases() {
    Stream<Case> norms =
        Stream.of(
            of(BatchNorm.OP, "2x3x4x5; 3; 3; 3; 3>0"),
            of(BatchNorm.OP, "2x4x5x3; 3; 3; 3; 3>0", "layout", "NHWC"),
            of(BatchNorm.OP, "7x3; 3; 3; 3; 3>0"),
            of(GroupNorm.OP, "2x6x5; 6; 6", "groups", 3),
            of(GroupNorm.OP, "2x5x2x6; 6; 6", "groups", 2, "layout", "NHWC"),
            of(GroupNorm.OP, "0x6x5; 6; 6", "groups", 3),
            of(InstanceNorm.OP, "2x3x7; 3; 3"),
            of(InstanceNorm.OP, "2x7x1x3; 3; 3", "layout", "NHWC"),
            of(RmsNorm.OP, "3x5x7; 7"),
            of(RmsNorm.OP, "3x5x7", "axis", 1, "epsilon", 1e-3),
            of(LpNorm.OP, "3x5x7"),
            of(LpNorm.OP, "f32 [[0, 0], [3, -4]]", "axis", 0, "p", 1),
            of(LpNorm.OP, "3x5x7", "axis", 1, "p", 3),
            of(Lrn.OP, "2x7x3", "size", 4, "alpha", 0.5),
            of(Lrn.OP, "2x3x3x7", "size", 5, "alpha", 0.5, "layout", "NHWC"),
            of(Lrn.OP, "1x2x3", "size", 9, "bias", 2.0));
    String sines = "5x3; 5x3;";
    Stream<Case> attention =
        Stream.of(
            of(Rope.OP, "2x3x4x6;" + sines),
            of(Rope.OP, "2x3x4x6;" + sines, "interleaved", true),
            of(Rope.OP, "2x3x4x8;" + sines, "rotaryDim", 6),
            of(Rope.OP, "2x3x4x6; 2x4x3; 2x4x3"),
            of(Rope.OP, "2x3x4x6;" + sines + "i64 [[4, 0, 1, 2], [3, 3, 3, 0]]"),
            attention("2x3x5x4; 2x3x7x4; 2x3x7x6"),
            attention("2x6x5x4; 2x2x7x4; 2x2x7x6", "causal", true),
            attention("1x2x3x4; 1x1x3x4; 1x1x3x2; 2x3x3", "softcap", 2.0, "stage", 1),
            attention("1x2x3x4; 1x2x3x4; 1x2x3x2; 3x3", "softcap", 2.0, "stage", 2),
            attention("1x2x2x4; 1x2x3x4; 1x2x3x2; bool [[0, 1, 1], [0, 0, 0]]", "stage", 3),
            attention("2x2x3x4; 2x2x5x4; 2x2x5x2; -; i64 [5, 2]", "scale", 0.3),
            attention("2x2x3x4; 2x2x5x4; 2x2x5x2; -; i64 [5, 2]", "causal", true),
            attention("2x2x3x4; 2x2x3x4; 2x2x3x2", "causal", true, "causalOffset", -1));
    Stream<Case> sums =
        Stream.of(
            einsum("bij,bjk->bik", "2x3x4; 2x4x5"),
            einsum("ij,kj->ki", "3x4; 5x4"),
            einsum("bhqd,bhkd->bhqk", "2x2x3x4; 2x2x5x4"),
            einsum("...i,oij,...j->...o", "4x5; 2x5x3; 4x3"),
            einsum("...ij,...jk", "3x1x2x4; 5x4x2"),
            einsum("iij,jk->ik", "3x3x4; 4x2"),
            einsum("iii->i", "3x3x3"),
            einsum("ij->", "3x4"),
            einsum("i,j,k->kji", "2; 3; 4"),
            einsum("ij,jk->k", "3x4; 4x2"),
            einsum("...j,...j->", "1x3; 2x3"),
            einsum("ij,jk->ik", "2x0; 0x3"));
    Stream<Case> quantized =
        Stream.of(
            of(QuantizeLinear.OP, "3x5; f32 0.02; u8 128"),
            of(QuantizeLinear.OP, "3x5; f32 [0.02, 0.01, 0.5]; i8 [0, 3, -4]", "axis", 0),
            of(QuantizeLinear.OP, "3x5; f32 [0.02, 0.01, 0.5]", "axis", -2),
            of(QuantizeLinear.OP, "2x5; f32 [[1, 2, 0.1], [0.2, 0.3, 0.7]]", "blockSize", 2),
            of(QuantizeLinear.OP, "3x5; f32 0.001", "outputDtype", DType.F8E4M3FN),
            of(DequantizeLinear.OP, "u8 [[1, 2, 3]]; f32 [1, 2, 3]; u8 [0, 1, 9]"),
            of(DequantizeLinear.OP, "i8 [[1, 2, -3]]; f16 0.5; i8 [3]"),
            of(
                DequantizeLinear.OP,
                "i4 [[1, 2, -3]]; f32 [[1, 3]]",
                "blockSize",
                2,
                "outputDtype",
                DType.F16));
    return Stream.of(norms, attention, sums, quantized).flatMap(s -> s);
  }

  private static Case attention(String inputs, Object... attrs) {
    return new Case(Attention.OP, inputs, Attrs.of(attrs), 2);
  }

  private static Case einsum(String equation, String inputs) {
    return of(Einsum.OP, inputs, "equation", equation);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agrees(Case c) {
    GraphBuilder b = new GraphBuilder("whole");
    List<Value> inputs = new ArrayList<>();
    List<Datum> data = new ArrayList<>();
    Random random = new Random(7);
    for (String text : c.inputs.split(";", -1)) {
      if (text.isBlank()) {
        continue;
      }
      if (text.strip().equals("-")) {
        inputs.add(Value.ABSENT);
        continue;
      }
      Tensor tensor = tensor(text.strip(), random);
      data.add(tensor);
      inputs.add(b.input("x", tensor.type()));
    }
    List<Value> whole = b.add(c.op, c.attrs, inputs, c.outputs, "");
    Node node = whole.get(0).producer().orElseThrow();
    whole.forEach(value -> b.output(value.name(), value));
    Graph graph = b.build();

    List<Value> parts =
        c.op
            .decomposition()
            .orElseThrow()
            .build(b, new Operands(c.op, node.attrs(), node.inputs(), c.outputs));
    GraphBuilder ends = b;
    for (int i = 0; i < c.outputs; i++) {
      ends.output("part" + i, parts.get(i));
      assertEquals(whole.get(i).type(), parts.get(i).type());
    }
    List<Datum> wanted = new Interpreter().run(graph, data);
    List<Datum> found = new Interpreter().run(ends.build(), data);
    for (int i = 0; i < c.outputs; i++) {
      assertClose((Tensor) wanted.get(i), (Tensor) found.get(c.outputs + i));
    }
  }

  private static Tensor tensor(String text, Random random) {
    if (text.contains(" ")) {
      return Literals.parse(text);
    }
    boolean positive = text.endsWith(">0");
    String[] numbers = text.replace(">0", "").split("x", -1);
    long[] sizes = Stream.of(numbers).mapToLong(Long::parseLong).toArray();
    double[] values = new double[(int) Shape.of(sizes).elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = positive ? 0.5 + random.nextDouble() : random.nextGaussian();
    }
    return Tensor.rounded(DType.F32, Shape.of(sizes), values);
  }

  /** A few roundings in the type of the result. */
  private static void assertClose(Tensor wanted, Tensor found) {
    double tolerance = wanted.dtype() == DType.F16 ? 2e-3 : 2e-5;
    double[] x = wanted.toDoubles();
    double[] y = found.toDoubles();
    for (int i = 0; i < x.length; i++) {
      if (x[i] != y[i]) {
        assertEquals(x[i], y[i], tolerance * Math.max(1, Math.abs(x[i])), "element " + i);
      }
    }
  }
}
