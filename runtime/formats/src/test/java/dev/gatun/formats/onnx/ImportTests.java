package dev.gatun.formats.onnx;

import static dev.gatun.formats.onnx.ModelWriter.attr;
import static dev.gatun.formats.onnx.ModelWriter.nodeOf;
import static dev.gatun.formats.onnx.ModelWriter.ref;
import static dev.gatun.formats.onnx.ModelWriter.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.wire.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the importer makes of small models, right and wrong ones. */
class ImportTests {
  private static final int F32 = 1;
  private static final int I64 = 7;
  private static final int BOOL = 9;

  @TempDir Path folder;

  private Path file(ModelWriter model) throws IOException {
    Path file = folder.resolve("model.onnx");
    Files.write(file, model.bytes());
    return file;
  }

  private Model load(ModelWriter model) throws IOException {
    return Onnx.load(file(model));
  }

  private List<Datum> run(ModelWriter model, Datum... inputs) throws IOException {
    return new Interpreter().run(load(model).graph(), List.of(inputs));
  }

  private static Tensor floats(float... values) {
    return Tensor.of(values, values.length);
  }

  private static ModelWriter model() {
    return new ModelWriter().opset("", 17);
  }

  private String problems(ModelWriter model) throws IOException {
    Path file = file(model);
    OnnxException e = assertThrows(OnnxException.class, () -> Onnx.load(file));
    assertEquals(e.problems(), Onnx.read(file).problems());
    return String.valueOf(e.getMessage());
  }

  @Test
  void allProblemsAreReportedAtOnce() throws IOException {
    String message =
        problems(
            model()
                .input("x", F32, 2)
                .node("Fancy", List.of("x"), List.of("a"))
                .node("Relu", List.of("a"), List.of("b"))
                .node("Plain", List.of("b"), List.of("c"))
                .node("Relu", List.of("nowhere"), List.of("d"))
                .node("Relu", List.of("x"), List.of("e"), attr("alpha", 1L))
                .node("Elu", List.of("x"), List.of("f"), attr("alpha", 1L))
                .node("Relu", List.of("x"), List.of("x"))
                .output("d", F32, 2));
    for (String part :
        List.of(
            "6 problems",
            "Fancy 'Fancy_a': Gatun has no such operator",
            "'Plain_c'",
            "input 'nowhere'",
            "unknown attributes [alpha]",
            "Elu 'Elu_f': attribute 'alpha' must be a float",
            "'x' is defined twice")) {
      assertTrue(message.contains(part), part + " in\n" + message);
    }
  }

  @Test
  void cyclesAreNamedAndNodesOutOfOrderAreSorted() throws IOException {
    String message =
        problems(
            model()
                .input("x", F32, 2)
                .node("Add", List.of("x", "b"), List.of("a"))
                .node("Relu", List.of("a"), List.of("b"))
                .output("b", F32, 2));
    assertTrue(message.contains("cycle") && message.contains("Add_a"), message);

    List<Datum> y =
        run(
            model()
                .input("x", F32, 2)
                .node("Relu", List.of("a"), List.of("b"))
                .node("Neg", List.of("x"), List.of("a"))
                .output("b", F32, 2),
            floats(1, -2));
    assertEquals(List.of(floats(0, 2)), y.stream().map(t -> positiveZeros((Tensor) t)).toList());
  }

  private static Tensor positiveZeros(Tensor t) {
    float[] values = t.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] += 0f;
    }
    return floats(values);
  }

  @Test
  void negativeDimensionsAndUnknownTypesAreProblems() throws IOException {
    String message =
        problems(
            model()
                .input("x", F32, -5)
                .input("y", 14, 2)
                .input("z", 99, 2)
                .node("Relu", List.of("x"), List.of("a"))
                .output("a", F32, 2));
    assertTrue(message.contains("negative size -5"), message);
    assertTrue(message.contains("complex"), message);
    assertTrue(message.contains("no element type 99"), message);
  }

  @Test
  void anOpsetOfTheFutureIsRefused() throws IOException {
    ModelWriter future =
        new ModelWriter()
            .opset("", 99)
            .input("x", F32, 2)
            .node("Relu", List.of("x"), List.of("y"))
            .output("y", F32, 2);
    assertTrue(problems(future).contains("opset 99"));
  }

  @Test
  void initializersThatAreInputsAreDefaultsUnlessFrozen() throws IOException {
    ModelWriter model =
        model()
            .input("x", F32, 2)
            .input("w", F32, 2)
            .initializer("w", floats(10, 20))
            .node("Add", List.of("x", "w"), List.of("y"))
            .output("y", F32, 2);
    Path file = file(model);
    Model loaded = Onnx.load(file);
    assertEquals(2, loaded.graph().inputs().size());
    assertEquals(floats(10, 20), loaded.defaults().get("w"));
    Model frozen = Onnx.load(file, LoadOptions.defaults().withFrozenDefaults());
    assertEquals(1, frozen.graph().inputs().size());
    assertEquals(
        List.of(floats(11, 22)), new Interpreter().run(frozen.graph(), List.of(floats(1, 2))));
  }

  @Test
  void branchesCaptureOuterValues() throws IOException {
    WireWriter then =
        new WireWriter()
            .text(2, "then")
            .message(1, nodeOf("Add", List.of("x", "w"), List.of("t")))
            .message(12, value("t", F32, 2));
    WireWriter otherwise =
        new WireWriter()
            .text(2, "else")
            .message(1, nodeOf("Neg", List.of("x"), List.of("e")))
            .message(12, value("e", F32, 2));
    ModelWriter model =
        model()
            .input("c", BOOL)
            .input("x", F32, 2)
            .initializer("w", floats(10, 20))
            .node(
                "If",
                List.of("c"),
                List.of("y"),
                attr("then_branch", then),
                attr("else_branch", otherwise))
            .output("y", F32, 2);
    assertEquals(List.of(floats(11, 22)), run(model, Tensor.scalar(DType.BOOL, 1), floats(1, 2)));
    assertEquals(List.of(floats(-1, -2)), run(model, Tensor.scalar(DType.BOOL, 0), floats(1, 2)));
  }

  @Test
  void problemsInsideBranchesAreFound() throws IOException {
    WireWriter then =
        new WireWriter()
            .message(1, nodeOf("Fancy", List.of("x"), List.of("t")))
            .message(12, value("t", F32, 2));
    String message =
        problems(
            model()
                .input("c", BOOL)
                .input("x", F32, 2)
                .node(
                    "If",
                    List.of("c"),
                    List.of("y"),
                    attr("then_branch", then),
                    attr("else_branch", then))
                .node("Relu", List.of("y"), List.of("z"))
                .output("z", F32, 2));
    assertTrue(message.contains("Fancy 'Fancy_t'") && !message.contains("Relu"), message);
  }

  @Test
  void loopsWhoseStateGrowsAreWidened() throws IOException {
    // y = [] ; three times: y = concat(y, x)
    WireWriter body =
        new WireWriter()
            .message(11, value("i", I64))
            .message(11, value("go", BOOL))
            .message(11, value("s", F32, -1))
            .message(1, nodeOf("Concat", List.of("s", "x"), List.of("t"), attr("axis", 0L)))
            .message(1, nodeOf("Identity", List.of("go"), List.of("go2")))
            .message(12, value("go2", BOOL))
            .message(12, value("t", F32, -1));
    ModelWriter model =
        model()
            .input("x", F32, 2)
            .initializer("n", Tensor.scalar(3))
            .initializer("empty", Tensor.of(new float[0], 0))
            .node("Loop", List.of("n", "", "empty"), List.of("y"), attr("body", body))
            .output("y", F32, -1);
    assertEquals(List.of(floats(1, 2, 1, 2, 1, 2)), run(model, floats(1, 2)));
  }

  @Test
  void functionsAreInlinedWithTheirAttributes() throws IOException {
    WireWriter function =
        new WireWriter()
            .text(1, "Twice")
            .text(10, "my")
            .text(4, "a")
            .text(5, "b")
            .text(6, "by")
            .message(7, nodeOf("Concat", List.of("a", "a"), List.of("b"), ref("axis", "by")))
            .message(9, new WireWriter().text(1, "").integer(2, 17));
    WireWriter call = nodeOf("Twice", List.of("x"), List.of("y"), attr("by", 1L)).text(7, "my");
    ModelWriter model =
        model()
            .opset("my", 1)
            .function(function)
            .input("x", F32, 1, 2)
            .node(call)
            .output("y", F32, 1, 4);
    assertEquals(
        List.of(Tensor.of(new float[] {1, 2, 1, 2}, 1, 4)),
        run(model, Tensor.of(new float[] {1, 2}, 1, 2)));
  }

  @Test
  void functionsThatCallThemselvesAreRefused() throws IOException {
    WireWriter inner = nodeOf("Self", List.of("a"), List.of("b")).text(7, "my");
    WireWriter function =
        new WireWriter().text(1, "Self").text(10, "my").text(4, "a").text(5, "b").message(7, inner);
    String message =
        problems(
            model()
                .function(function)
                .input("x", F32, 1)
                .node(nodeOf("Self", List.of("x"), List.of("y")).text(7, "my"))
                .output("y", F32, 1));
    assertTrue(message.contains("calls itself"), message);
  }

  private static WireWriter external(String location, String offset, String length) {
    WireWriter tensor = new WireWriter().integer(1, 2).integer(2, F32).text(8, "w").integer(14, 1);
    tensor.message(13, new WireWriter().text(1, "location").text(2, location));
    tensor.message(13, new WireWriter().text(1, "offset").text(2, offset));
    return tensor.message(13, new WireWriter().text(1, "length").text(2, length));
  }

  private static ModelWriter withExternal(WireWriter tensor) {
    return model()
        .input("x", F32, 2)
        .initializer(tensor)
        .node("Add", List.of("x", "w"), List.of("y"))
        .output("y", F32, 2);
  }

  @Test
  void externalDataIsReadFromTheModelsFolderOnly() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(4, 10).putFloat(8, 20);
    Files.write(folder.resolve("weights.bin"), data.array());
    assertEquals(
        List.of(floats(11, 22)),
        run(withExternal(external("weights.bin", "4", "8")), floats(1, 2)));

    Path outside = Files.createTempFile("outside", ".bin");
    Files.write(outside, data.array());
    Files.createSymbolicLink(folder.resolve("link.bin"), outside);
    for (WireWriter bad :
        List.of(
            external("../" + outside.getFileName(), "0", "8"),
            external(outside.toString(), "0", "8"),
            external("link.bin", "0", "8"),
            external("missing.bin", "0", "8"),
            external("weights.bin", "12", "8"),
            external("weights.bin", "-4", "8"),
            external("weights.bin", "99999999999999", "8"),
            external("weights.bin", "0", "99999999999999999999"),
            external("weights.bin", "0", "4"),
            external("", "0", "8"))) {
      String message = problems(withExternal(bad));
      assertTrue(message.contains("initializer 'w'"), message);
    }
    Files.delete(outside);
  }

  @Test
  void sparseInitializersBecomeDense() throws IOException {
    WireWriter sparse =
        new WireWriter()
            .bytes(1, dev.gatun.formats.onnx.proto.DatumProto.write("w", floats(5, 7)))
            .bytes(
                2,
                dev.gatun.formats.onnx.proto.DatumProto.write(
                    "", Tensor.of(new long[] {0, 1, 1, 2}, 2, 2)))
            .integers(3, 2, 3);
    ModelWriter model =
        model()
            .input("x", F32, 2, 3)
            .sparse(sparse)
            .node("Add", List.of("x", "w"), List.of("y"))
            .output("y", F32, 2, 3);
    Tensor zeros = Tensor.of(new float[6], 2, 3);
    assertArrayEquals(
        new float[] {0, 5, 0, 0, 0, 7}, ((Tensor) run(model, zeros).get(0)).toFloats());
  }

  @Test
  void packedAndTypedElementsAreDecoded() throws IOException {
    WireWriter int4 =
        new WireWriter()
            .integer(1, 3)
            .integer(2, 22)
            .text(8, "w")
            .bytes(9, new byte[] {0x2f, 0x08});
    ModelWriter packed =
        new ModelWriter()
            .opset("", 21)
            .initializer(int4)
            .node("Cast", List.of("w"), List.of("y"), attr("to", (long) F32))
            .output("y", F32, 3);
    assertEquals(List.of(floats(-1, 2, -8)), run(packed));
    WireWriter half =
        new WireWriter().integer(1, 2).integer(2, 10).text(8, "w").integers(5, 0x3c00, 0xc000);
    ModelWriter typed =
        model()
            .initializer(half)
            .node("Cast", List.of("w"), List.of("y"), attr("to", (long) F32))
            .output("y", F32, 2);
    assertEquals(List.of(floats(1, -2)), run(typed));
  }

  @Test
  void strippedWeightsAreFilledOnlyOnDemand() throws IOException {
    WireWriter stripped =
        new WireWriter().integer(1, 2).integer(2, F32).text(8, "norm.weight").text(12, "fill");
    Path file =
        file(
            model()
                .input("x", F32, 2)
                .initializer(stripped)
                .node("Add", List.of("x", "norm.weight"), List.of("y"))
                .output("y", F32, 2));
    OnnxException e = assertThrows(OnnxException.class, () -> Onnx.load(file));
    assertTrue(String.valueOf(e.getMessage()).contains("fillMissing"), e.toString());
    assertEquals(List.of(), Onnx.read(file).problems());
    Model model = Onnx.load(file, LoadOptions.defaults().withFillMissing());
    float[] y =
        ((Tensor) new Interpreter().run(model.graph(), List.of(floats(0, 0))).get(0)).toFloats();
    for (float value : y) {
      assertTrue(value >= 0.9 && value <= 1.1);
    }
    assertFalse(y[0] == y[1]);
  }

  @Test
  void softmaxBeforeOpset13TakesAllLastAxesTogether() throws IOException {
    for (int version : new int[] {11, 13}) {
      ModelWriter model =
          new ModelWriter()
              .opset("", version)
              .input("x", F32, 1, 2, 2)
              .node("Softmax", List.of("x"), List.of("y"), attr("axis", 1L))
              .output("y", F32, 1, 2, 2);
      Tensor y = (Tensor) run(model, Tensor.of(new float[4], 1, 2, 2)).get(0);
      assertEquals(version == 11 ? 0.25f : 0.5f, y.getFloat(0));
    }
  }

  @Test
  void shapesComputedFromConstantsGiveExactTypes() throws IOException {
    Model model =
        load(
            model()
                .input("x", F32, 2, 6)
                .initializer("k", Tensor.vector(3))
                .initializer("rest", Tensor.vector(-1))
                .node("Shape", List.of("x"), List.of("s"))
                .node("Gather", List.of("s", "zero"), List.of("b"), attr("axis", 0L))
                .initializer("zero", Tensor.vector(0))
                .node("Concat", List.of("b", "k", "rest"), List.of("t"), attr("axis", 0L))
                .node("Reshape", List.of("x", "t"), List.of("y"))
                .output("y", F32, 2, 3, 2));
    assertEquals(Type.tensor(DType.F32, 2, 3, 2), model.graph().outputs().get(0).type());
    assertEquals(1, model.graph().nodes().size());
  }

  @Test
  void filesThatAreNoModelsAreRefused() throws IOException {
    Path file = folder.resolve("model.onnx");
    for (byte[] bytes :
        List.of(
            new byte[0],
            new byte[] {0},
            "hello world, this is text".getBytes(StandardCharsets.UTF_8),
            new byte[100])) {
      Files.write(file, bytes);
      FormatException e = assertThrows(FormatException.class, () -> Onnx.load(file));
      assertTrue(String.valueOf(e.getMessage()).contains("model.onnx"), e.toString());
    }
    assertThrows(FormatException.class, () -> Onnx.load(folder));
    assertThrows(FormatException.class, () -> Onnx.load(folder.resolve("missing.onnx")));
  }
}
