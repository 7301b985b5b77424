package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If, loop and scan: values, types of what changes on the way, and errors. */
class ControlTests {
  private static final Type INDEX = Type.tensor(DType.I64);
  private static final Type CONDITION = Type.tensor(DType.BOOL);

  /** What a node gives and the types it was inferred to have. */
  private record Result(List<Datum> values, List<String> types) {
    Tensor tensor(int i) {
      return (Tensor) values.get(i);
    }
  }

  /** Runs one node; every value is a graph input of its own type, "?" sizes where negative. */
  private static Result run(OpDef op, Attrs attrs, int outputs, Datum... inputs) {
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = new ArrayList<>();
    for (Datum input : inputs) {
      args.add(b.input("x" + args.size(), input.type()));
    }
    return run(b, op, attrs, args, outputs, List.of(inputs));
  }

  private static Result run(
      GraphBuilder b, OpDef op, Attrs attrs, List<Value> args, int outputs, List<Datum> inputs) {
    List<Value> results = b.add(op, attrs, args, outputs, "");
    List<String> types = new ArrayList<>();
    for (Value result : results) {
      types.add(result.type().toString());
      b.output(result.name(), result);
    }
    return new Result(new Interpreter().run(b.build(), inputs), types);
  }

  private static Graph unary(OpDef op, Type type) {
    GraphBuilder b = new GraphBuilder(op.name());
    b.output("y", b.add(op, b.input("x", type)));
    return b.build();
  }

  private static Tensor floats(float... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor bool(boolean value) {
    return Tensor.of(new boolean[] {value});
  }

  @Test
  void ifRunsOneBranch() {
    Type x = Type.tensor(DType.F32, Shape.UNRANKED);
    Attrs attrs = Attrs.of("then", unary(Neg.OP, x), "else", unary(Relu.OP, x));
    assertEquals(floats(-2, 3), run(If.OP, attrs, 1, bool(true), floats(2, -3)).tensor(0));
    Result no = run(If.OP, attrs, 1, bool(false), floats(2, -3));
    assertEquals(floats(2, 0), no.tensor(0));
    assertEquals(List.of("f32[2]"), no.types(), "the branches are inferred for the capture");
  }

  @Test
  void ifJoinsTheTypesOfBranches() {
    GraphBuilder wide = new GraphBuilder("wide");
    Value x = wide.input("x", Type.tensor(DType.F32, 2));
    wide.output("y", wide.add(Concat.OP, Attrs.of("axis", 0), x, x));
    Attrs attrs = Attrs.of("then", wide.build(), "else", unary(Neg.OP, Type.tensor(DType.F32, 2)));
    assertEquals(List.of("f32[?]"), run(If.OP, attrs, 1, bool(true), floats(1, 2)).types());
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = List.of(b.constant(bool(true)), b.input("x", Type.tensor(DType.F32, 2)));
    Result known = run(b, If.OP, attrs, args, 1, List.of(floats(1, 2)));
    assertEquals(List.of("f32[4]"), known.types(), "a constant condition decides");
    assertEquals(floats(1, 2, 1, 2), known.tensor(0));
  }

  @Test
  void ifNamesWhatDoesNotFit() {
    Type x = Type.tensor(DType.F32, 2);
    Attrs attrs = Attrs.of("then", unary(Neg.OP, x), "else", unary(IsNaN.OP, x));
    GatunException e =
        assertThrows(ShapeException.class, () -> run(If.OP, attrs, 1, bool(true), floats(1, 2)));
    assertTrue(String.valueOf(e.getMessage()).contains("both f32[2] and bool[2]"), e.getMessage());
    Attrs same = Attrs.of("then", unary(Neg.OP, x), "else", unary(Neg.OP, x));
    assertThrows(ShapeException.class, () -> run(If.OP, same, 1, floats(1), floats(1, 2)));
    assertThrows(ShapeException.class, () -> run(If.OP, same, 1, bool(true)));
    Tensor two = Tensor.of(new boolean[] {true, false}, 2);
    assertThrows(GatunException.class, () -> run(If.OP, same, 1, two, floats(1, 2)));
  }

  /** state = state + state * step, further output = state; goes on while the sum is below limit. */
  private static Graph growth() {
    GraphBuilder b = new GraphBuilder("growth");
    Value step = b.input("step", INDEX);
    b.input("condition", CONDITION);
    Value state = b.input("state", Type.tensor(DType.F32, 2));
    Value limit = b.input("limit", Type.tensor(DType.F32));
    Value factor = b.add(Cast.OP, Attrs.of("to", DType.F32), step);
    Value next = b.add(Add.OP, state, b.add(Mul.OP, state, factor));
    Value sum = b.add(ReduceSum.OP, Attrs.of("keepDims", false), next);
    b.output("go", b.add(Less.OP, sum, limit));
    b.output("next", next);
    b.output("history", state);
    return b.build();
  }

  @Test
  void loopStopsByCountOrCondition() {
    Attrs attrs = Attrs.of("body", growth(), "stateCount", 1);
    Tensor start = floats(1, 2);
    Result all =
        run(Loop.OP, attrs, 2, Tensor.scalar(3), bool(true), start, Tensor.scalar(DType.F32, 1e9));
    assertEquals(floats(6, 12), all.tensor(0));
    assertEquals(Literals.parse("f32 [[1, 2], [1, 2], [2, 4]]"), all.tensor(1));
    assertEquals(List.of("f32[2]", "f32[?, 2]"), all.types());
    Result early =
        run(Loop.OP, attrs, 2, Tensor.scalar(9), bool(true), start, Tensor.scalar(DType.F32, 5));
    assertEquals(floats(2, 4), early.tensor(0));
    assertEquals(Literals.parse("f32 [[1, 2], [1, 2]]"), early.tensor(1));
    Result never =
        run(Loop.OP, attrs, 2, Tensor.scalar(9), bool(false), start, Tensor.scalar(DType.F32, 5));
    assertEquals(start, never.tensor(0));
    assertEquals(Literals.parse("f32 zeros 0 2"), never.tensor(1));
    Result none =
        run(Loop.OP, attrs, 2, Tensor.scalar(-1), bool(true), start, Tensor.scalar(DType.F32, 5));
    assertEquals(start, none.tensor(0));
  }

  @Test
  void loopNeedsNeitherCountNorCondition() {
    Attrs attrs = Attrs.of("body", growth(), "stateCount", 1);
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args =
        List.of(
            Value.ABSENT,
            Value.ABSENT,
            b.constant(floats(1, 2)),
            b.constant(Tensor.scalar(DType.F32, 100)));
    Result result = run(b, Loop.OP, attrs, args, 2, List.of());
    assertEquals(floats(120, 240), result.tensor(0));
    assertEquals(6, result.tensor(1).shape().size(0) + 1);
  }

  /** state = concat(state, [step]); the condition is passed on. */
  private static Graph appending() {
    GraphBuilder b = new GraphBuilder("appending");
    Value step = b.input("step", INDEX);
    Value condition = b.input("condition", CONDITION);
    Value state = b.input("state", Type.tensor(DType.I64, 1));
    Value item = b.add(Unsqueeze.OP, step, b.constant(Tensor.vector(0)));
    b.output("go", b.add(Identity.OP, condition));
    b.output("next", b.add(Concat.OP, Attrs.of("axis", 0), state, item));
    b.output("item", item);
    return b.build();
  }

  @Test
  void loopInfersStatesThatGrow() {
    Attrs attrs = Attrs.of("body", appending(), "stateCount", 1);
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args =
        List.of(
            b.constant(Tensor.scalar(3)), Value.ABSENT, b.input("x", Type.tensor(DType.I64, 1)));
    Result result = run(b, Loop.OP, attrs, args, 2, List.of(Tensor.vector(7)));
    assertEquals(Tensor.vector(7, 0, 1, 2), result.tensor(0));
    assertEquals(Literals.parse("i64 [[0], [1], [2]]"), result.tensor(1));
    assertEquals(List.of("i64[?]", "i64[3, 1]"), result.types(), "the number of steps is certain");
  }

  @Test
  void loopRunsManyStepsWithoutTheStack() {
    GraphBuilder b = new GraphBuilder("count");
    b.input("step", INDEX);
    Value condition = b.input("condition", CONDITION);
    Value state = b.input("state", INDEX);
    b.output("go", condition);
    b.output("next", b.add(Add.OP, state, b.constant(Tensor.scalar(2))));
    Attrs attrs = Attrs.of("body", b.build(), "stateCount", 1);
    Result result = run(Loop.OP, attrs, 1, Tensor.scalar(20_000), bool(true), Tensor.scalar(0));
    assertEquals(Tensor.scalar(40_000), result.tensor(0));
  }

  @Test
  void loopsCanBeInterrupted() {
    GraphBuilder b = new GraphBuilder("forever");
    b.input("step", INDEX);
    b.output("go", b.input("condition", CONDITION));
    Attrs attrs = Attrs.of("body", b.build(), "stateCount", 0);
    Thread.currentThread().interrupt();
    GatunException e =
        assertThrows(
            GatunException.class,
            () -> run(Loop.OP, attrs, 0, Tensor.scalar(Long.MAX_VALUE), bool(true)));
    assertTrue(Thread.interrupted());
    assertTrue(String.valueOf(e.getMessage()).contains("interrupted"), e.getMessage());
  }

  @Test
  void loopNamesShapesThatDiffer() {
    GraphBuilder b = new GraphBuilder("ragged");
    Value step = b.input("step", INDEX);
    Value condition = b.input("condition", CONDITION);
    Value shape = b.add(Unsqueeze.OP, step, b.constant(Tensor.vector(0)));
    b.output("go", condition);
    b.output("zeros", b.add(ConstantOfShape.OP, shape));
    Attrs attrs = Attrs.of("body", b.build(), "stateCount", 0);
    GatunException e =
        assertThrows(
            GatunException.class, () -> run(Loop.OP, attrs, 1, Tensor.scalar(3), bool(true)));
    assertTrue(String.valueOf(e.getMessage()).contains("step 1 gives f32[1]"), e.getMessage());
  }

  /** state = state + x + offset; further outputs: state before, -x. */
  private static Graph sums() {
    GraphBuilder b = new GraphBuilder("sums");
    Value state = b.input("state", Type.tensor(DType.F32, Shape.UNRANKED));
    Value x = b.input("x", Type.tensor(DType.F32, Shape.UNRANKED));
    Value offset = b.input("offset", Type.tensor(DType.F32));
    b.output("next", b.add(Add.OP, b.add(Add.OP, state, x), offset));
    b.output("before", state);
    b.output("negative", b.add(Neg.OP, x));
    return b.build();
  }

  @Test
  void scanTakesSlices() {
    Attrs attrs = Attrs.of("body", sums(), "stateCount", 1, "scanCount", 1);
    Tensor x = Literals.parse("f32 [[1, 2], [3, 4], [5, 6]]");
    Result result = run(Scan.OP, attrs, 3, floats(0, 10), x, Tensor.scalar(DType.F32, 1));
    assertEquals(floats(12, 25), result.tensor(0));
    assertEquals(Literals.parse("f32 [[0, 10], [2, 13], [6, 18]]"), result.tensor(1));
    assertEquals(Literals.parse("f32 [[-1, -2], [-3, -4], [-5, -6]]"), result.tensor(2));
    assertEquals(List.of("f32[2]", "f32[3, 2]", "f32[3, 2]"), result.types());
  }

  @Test
  void scanGoesAlongAnyAxisInEitherDirection() {
    Attrs attrs =
        Attrs.of("body", sums(), "stateCount", 1, "scanCount", 1)
            .with("inputAxes", new long[] {-1})
            .with("inputDirections", new long[] {1})
            .with("outputAxes", new long[] {1, 0})
            .with("outputDirections", new long[] {0, 1});
    Tensor x = Literals.parse("f32 [[1, 2, 3], [4, 5, 6]]");
    Result result = run(Scan.OP, attrs, 3, floats(0, 0), x, Tensor.scalar(DType.F32, 0));
    assertEquals(floats(6, 15), result.tensor(0));
    assertEquals(Literals.parse("f32 [[0, 3, 5], [0, 6, 11]]"), result.tensor(1));
    assertEquals(Literals.parse("f32 [[-1, -4], [-2, -5], [-3, -6]]"), result.tensor(2));
    assertEquals(List.of("f32[2]", "f32[2, 3]", "f32[3, 2]"), result.types());
  }

  @Test
  void scanOverNothingKeepsTheState() {
    Attrs attrs = Attrs.of("body", sums(), "stateCount", 1, "scanCount", 1);
    Tensor x = Literals.parse("f32 zeros 0 2");
    Result result = run(Scan.OP, attrs, 1, floats(1, 2), x, Tensor.scalar(DType.F32, 0));
    assertEquals(floats(1, 2), result.tensor(0));
    assertThrows(
        ShapeException.class,
        () -> run(Scan.OP, attrs, 1, floats(1), Tensor.scalar(DType.F32, 0), Tensor.scalar(1)));
  }

  @Test
  void graphsWithRandomNodesAreNotPure() {
    GraphBuilder b = new GraphBuilder("noise");
    b.output("y", b.add(RandomNormal.OP, b.input("shape", Type.tensor(DType.I64, 1))));
    Graph noise = b.build();
    assertFalse(noise.isPure());
    assertFalse(If.OP.isPure(Attrs.of("then", noise, "else", noise)));
    assertFalse(RandomNormal.OP.isPure(Attrs.NONE));
    assertTrue(RandomNormal.OP.isPure(Attrs.of("seed", 1)));
    assertTrue(If.OP.isPure(Attrs.of("then", sums(), "else", sums())));
  }
}
