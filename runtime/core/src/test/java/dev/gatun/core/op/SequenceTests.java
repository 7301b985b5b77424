package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences and optionals. */
class SequenceTests {
  private static final Tensor A = Literals.parse("i64 [1]");
  private static final Tensor B = Literals.parse("i64 [2, 3]");

  /** The value of one node; its inferred type must be {@code type}. */
  private static Datum run(OpDef op, Attrs attrs, String type, Datum... inputs) {
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = new ArrayList<>();
    for (Datum input : inputs) {
      args.add(b.input("x" + args.size(), input.type()));
    }
    Value result = b.add(op, attrs, args, 1, "").get(0);
    assertEquals(type, result.type().toString());
    b.output("y", result);
    return new Interpreter().run(b.build(), List.of(inputs)).get(0);
  }

  private static Datum.Sequence sequence(Datum... items) {
    return new Datum.Sequence(Type.tensor(DType.I64, Shape.of(Shape.UNKNOWN)), List.of(items));
  }

  private static List<Datum> items(Datum sequence) {
    return ((Datum.Sequence) sequence).items();
  }

  private static void fails(String part, OpDef op, Attrs attrs, Datum... inputs) {
    GraphBuilder b = new GraphBuilder("test");
    List<Value> args = new ArrayList<>();
    for (Datum input : inputs) {
      args.add(b.input("x" + args.size(), input.type()));
    }
    GatunException e =
        assertThrows(
            GatunException.class,
            () -> {
              b.output("y", b.add(op, attrs, args, 1, "").get(0));
              new Interpreter().run(b.build(), List.of(inputs));
            });
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
  }

  @Test
  void buildsAndReadsSequences() {
    Attrs none = Attrs.NONE;
    assertEquals(List.of(A, B), items(run(SequenceConstruct.OP, none, "seq(i64[?])", A, B)));
    assertEquals(List.of(), items(run(SequenceEmpty.OP, none, "seq(f32[?...])")));
    Datum.Sequence ab = sequence(A, B);
    assertEquals(B, run(SequenceAt.OP, none, "i64[?]", ab, Tensor.scalar(1)));
    assertEquals(A, run(SequenceAt.OP, none, "i64[?]", ab, Tensor.scalar(-2)));
    fails("position 2", SequenceAt.OP, none, ab, Tensor.scalar(2));
    fails("must be a sequence", SequenceAt.OP, none, A, Tensor.scalar(0));
    assertEquals(Tensor.scalar(2), run(SequenceLength.OP, none, "i64[]", ab));
    assertEquals(List.of(A, B, A), items(run(SequenceInsert.OP, none, "seq(i64[?])", ab, A)));
    assertEquals(
        List.of(B, A, B),
        items(run(SequenceInsert.OP, none, "seq(i64[?])", ab, B, Tensor.scalar(-2))));
    assertEquals(
        List.of(A, B, B),
        items(run(SequenceInsert.OP, none, "seq(i64[?])", ab, B, Tensor.scalar(2))));
    fails("position 3", SequenceInsert.OP, none, ab, B, Tensor.scalar(3));
    fails("both i64", SequenceInsert.OP, none, ab, Literals.parse("f32 [1]"));
    assertEquals(List.of(A), items(run(SequenceErase.OP, none, "seq(i64[?])", ab)));
    assertEquals(
        List.of(B), items(run(SequenceErase.OP, none, "seq(i64[?])", ab, Tensor.scalar(0))));
    fails("empty", SequenceErase.OP, none, sequence());
  }

  @Test
  void splitsAndJoins() {
    Tensor x = Literals.parse("i64 [[1, 2, 3], [4, 5, 6]]");
    Attrs columns = Attrs.of("axis", -1);
    assertEquals(
        List.of(Literals.parse("i64 [[1, 2], [4, 5]]"), Literals.parse("i64 [[3], [6]]")),
        items(run(SplitToSequence.OP, columns, "seq(i64[2, ?])", x, Tensor.scalar(2))));
    assertEquals(
        List.of(Literals.parse("i64 [[1], [4]]"), Literals.parse("i64 [[2, 3], [5, 6]]")),
        items(run(SplitToSequence.OP, columns, "seq(i64[2, ?])", x, Tensor.vector(1, 2))));
    assertEquals(
        List.of(Literals.parse("i64 [1, 2, 3]"), Literals.parse("i64 [4, 5, 6]")),
        items(run(SplitToSequence.OP, Attrs.of("keepDims", false), "seq(i64[3])", x)));
    assertEquals(
        List.of(Literals.parse("i64 [[1, 2, 3]]"), Literals.parse("i64 [[4, 5, 6]]")),
        items(run(SplitToSequence.OP, Attrs.NONE, "seq(i64[1, 3])", x)));
    fails("add up to 2", SplitToSequence.OP, Attrs.NONE, x, Tensor.vector(1, 2));
    fails("positive", SplitToSequence.OP, Attrs.NONE, x, Tensor.scalar(0));
    assertEquals(
        Literals.parse("i64 [1, 2, 3]"),
        run(ConcatFromSequence.OP, Attrs.of("axis", 0), "i64[?]", sequence(A, B)));
    assertEquals(
        Literals.parse("i64 [[2, 2], [3, 3]]"),
        run(
            ConcatFromSequence.OP,
            Attrs.of("axis", -1, "newAxis", true),
            "i64[?, ?]",
            sequence(B, B)));
    fails("step 1", ConcatFromSequence.OP, Attrs.of("axis", 0, "newAxis", true), sequence(A, B));
    fails("empty", ConcatFromSequence.OP, Attrs.of("axis", 0), sequence());
  }

  @Test
  void mapsElements() {
    GraphBuilder b = new GraphBuilder("body");
    Type element = Type.tensor(DType.I64, Shape.of(Shape.UNKNOWN));
    Value x = b.input("x", element);
    Value y = b.input("y", element);
    Value offset = b.input("offset", Type.tensor(DType.I64));
    b.output("sum", b.add(Add.OP, b.add(Add.OP, x, y), offset));
    Attrs attrs = Attrs.of("body", b.build(), "sequences", 2);
    assertEquals(
        List.of(Literals.parse("i64 [103]"), Literals.parse("i64 [106, 107]")),
        items(
            run(
                SequenceMap.OP,
                attrs,
                "seq(i64[?])",
                sequence(A, B),
                sequence(Literals.parse("i64 [2]"), Literals.parse("i64 [4]")),
                Tensor.scalar(100))));
    fails(
        "input 1 has 2 elements, the first 1",
        SequenceMap.OP,
        attrs,
        sequence(A),
        sequence(A, B),
        Tensor.scalar(0));
    // A tensor among the sequences is given whole to each run.
    Attrs one = attrs.with("sequences", 1);
    assertEquals(
        List.of(Literals.parse("i64 [11]"), Literals.parse("i64 [12, 13]")),
        items(
            run(
                SequenceMap.OP,
                one,
                "seq(i64[?])",
                sequence(A, B),
                Literals.parse("i64 [10]"),
                Tensor.scalar(0))));
  }

  @Test
  void optionalsMayBeEmpty() {
    Attrs type = Attrs.of("type", A.type());
    Datum empty = run(Optional.OP, type, "optional(i64[1])");
    Datum full = run(Optional.OP, Attrs.NONE, "optional(i64[1])", A);
    Tensor yes = Tensor.of(new boolean[] {true});
    Tensor no = Tensor.of(new boolean[] {false});
    assertEquals(no, run(OptionalHasElement.OP, Attrs.NONE, "bool[]", empty));
    assertEquals(yes, run(OptionalHasElement.OP, Attrs.NONE, "bool[]", full));
    assertEquals(yes, run(OptionalHasElement.OP, Attrs.NONE, "bool[]", A));
    assertEquals(no, run(OptionalHasElement.OP, Attrs.NONE, "bool[]"));
    assertEquals(A, run(OptionalGetElement.OP, Attrs.NONE, "i64[1]", full));
    assertEquals(A, run(OptionalGetElement.OP, Attrs.NONE, "i64[1]", A));
    fails("empty", OptionalGetElement.OP, Attrs.NONE, empty);
    assertEquals(empty, run(Identity.OP, Attrs.NONE, "optional(i64[1])", empty));
    fails("missing", Optional.OP, Attrs.NONE);
  }
}
