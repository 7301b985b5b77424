package dev.gatun.formats.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.Cast;
import dev.gatun.core.op.If;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Relu;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as a whole: names, weights, defaults, graphs inside of nodes. */
class OnnxExportTests {
  @TempDir Path directory;

  private static List<Datum> run(Model model, Datum... inputs) {
    return new Interpreter().run(model.graph(), List.of(inputs));
  }

  @Test
  void aModelIsTheSameBitForBit() {
    Path sample = directory.resolve("sample.onnx");
    SampleModel.write(sample);
    Model model = Onnx.load(sample);
    Path copy = directory.resolve("copy.onnx");
    OnnxExport.write(model, copy);
    Model again = Onnx.load(copy);
    double[] values = new double[192];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 0.01 - 1;
    }
    Tensor x = Tensor.rounded(DType.F32, Shape.of(1, 3, 8, 8), values);
    assertEquals(run(model, x), run(again, x));
    assertEquals(model.graph().inputs().get(0).type(), again.graph().inputs().get(0).type());
    assertEquals(Map.of("", 21L), Onnx.read(copy).opsets());
    assertEquals(Onnx.read(sample).parameters(), Onnx.read(copy).parameters());
  }

  @Test
  void largeWeightsLieBesides() throws Exception {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 1000));
    float[] weights = new float[1000];
    float[] others = new float[1000];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i;
      others[i] = 2 * i;
    }
    Value y = b.add(Mul.OP, x, b.constant("w", Tensor.of(weights, 1000)));
    y = b.add(Add.OP, y, b.constant("v", Tensor.of(others, 1000)));
    b.output("y", b.add(Add.OP, y, b.constant(Tensor.scalar(DType.F32, 1))));
    Model model = new Model(b.build(), Map.of(), Map.of());
    Path file = directory.resolve("m.onnx");
    OnnxExport.write(model, file, 5000);
    assertEquals(4096 + 4000, Files.size(directory.resolve("m.onnx.data")));
    assertTrue(Files.size(file) < 1000);
    Tensor ones = Tensor.of(weights, 1000);
    assertEquals(run(model, ones), run(Onnx.load(file), ones));
    OnnxExport.write(model, directory.resolve("whole.onnx"), 9000);
    assertFalse(Files.exists(directory.resolve("whole.onnx.data")));
  }

  @Test
  void outputsMayBeInputsConstantsOrTheSameTwice() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 2));
    Value y = b.add(Relu.OP, x);
    Value unused = b.add(Add.OP, y, y);
    b.output("same", x);
    b.output("constant", b.constant(Tensor.of(new float[] {7}, 1)));
    b.output("first", y);
    b.output("second", y);
    assertTrue(unused.producer().isPresent());
    Path file = directory.resolve("m.onnx");
    OnnxExport.write(new Model(b.build(), Map.of(), Map.of()), file);
    Model again = Onnx.load(file);
    assertEquals(List.of("same", "constant", "first", "second"), again.graph().outputNames());
    Tensor in = Tensor.of(new float[] {-1, 2}, 2);
    Tensor out = Tensor.of(new float[] {0, 2}, 2);
    assertEquals(List.of(in, Tensor.of(new float[] {7}, 1), out, out), run(again, in));
    assertFalse(Onnx.read(file).operators().containsKey("Add"), "unused nodes are written");
  }

  @Test
  void inputsKeepTheirDefaults() {
    GraphBuilder b = new GraphBuilder("g");
    Value x = b.input("x", Type.tensor(DType.F32, 2));
    Value scale = b.input("scale", Type.tensor(DType.F32, 1));
    b.output("y", b.add(Mul.OP, x, scale));
    Path file = directory.resolve("m.onnx");
    Tensor two = Tensor.of(new float[] {2}, 1);
    OnnxExport.write(new Model(b.build(), Map.of("scale", two), Map.of()), file);
    Model again = Onnx.load(file);
    assertEquals(Map.of("scale", two), again.defaults());
  }

  /** A graph inside of a node reads from outside, and may use names that are used there. */
  @Test
  void branchesReadFromOutside() {
    GraphBuilder then = new GraphBuilder("then");
    Value a = then.input("x", Type.tensor(DType.F32, 2));
    then.output("y", then.add(Relu.OP, then.add(Add.OP, a, a)));
    GraphBuilder otherwise = new GraphBuilder("else");
    otherwise.output("y", otherwise.input("x", Type.tensor(DType.F32, 2)));
    GraphBuilder b = new GraphBuilder("g");
    Value c = b.input("c", Type.tensor(DType.BOOL));
    Value x = b.input("x", Type.tensor(DType.F32, 2));
    Value y = b.add(Relu.OP, x);
    Attrs attrs = Attrs.of("then", then.build(), "else", otherwise.build());
    b.output("z", b.add(If.OP, attrs, c, b.add(Add.OP, x, y)));
    b.output("y", y);
    Model model = new Model(b.build(), Map.of(), Map.of());
    Path file = directory.resolve("m.onnx");
    OnnxExport.write(model, file);
    Tensor in = Tensor.of(new float[] {-1, 2}, 2);
    for (boolean way : new boolean[] {true, false}) {
      Tensor condition = Tensor.of(new boolean[] {way});
      assertEquals(run(model, condition, in), run(Onnx.load(file), condition, in));
    }
  }

  @Test
  void smallTypesArePacked() {
    for (DType type : Set.of(DType.I4, DType.U4, DType.I2, DType.U2, DType.BF16, DType.F16)) {
      GraphBuilder b = new GraphBuilder("g");
      Value x = b.input("x", Type.tensor(DType.F32, 5));
      long[] values = {1, type == DType.U4 ? 15 : 1, 0, type.kind() == DType.Kind.INT ? -2 : 3, 1};
      Tensor weights = Tensor.whole(type, Shape.of(5), values);
      Value w = b.add(Cast.OP, Attrs.of("to", DType.F32), b.constant("w", weights));
      b.output("y", b.add(Add.OP, x, w));
      Model model = new Model(b.build(), Map.of(), Map.of());
      Path file = directory.resolve(type + ".onnx");
      OnnxExport.write(model, file);
      Tensor zero = Tensor.of(new float[5], 5);
      assertEquals(run(model, zero), run(Onnx.load(file), zero), type.toString());
    }
  }
}
