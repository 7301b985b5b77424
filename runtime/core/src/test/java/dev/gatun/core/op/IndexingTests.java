package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkData;
import static dev.gatun.core.op.OpChecks.fails;

import dev.gatun.core.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gather, scatter, pad and other operators that read or write at computed places. */
class IndexingTests {
  @Test
  void padsInEachMode() {
    String x = "f32 [[1, 2, 3], [4, 5, 6]]; ";
    check(Pad.OP, x + "i64 [0, 1, 1, 0]; f32 9", "f32 [[9, 1, 2, 3], [9, 4, 5, 6], [9, 9, 9, 9]]");
    check(Pad.OP, x + "i64 [2, -1]; -; i64 [1]", "f32 [[0, 0, 1, 2], [0, 0, 4, 5]]");
    check(Pad.OP, x + "i64 [0, -1, 0, -2]", "f32 zeros 2 0");
    check(
        Pad.OP,
        "i32 [1, 2, 3]; i64 [5, 4]",
        "i32 [2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3]",
        "mode",
        "reflect");
    check(Pad.OP, "i32 [1, 2, 3]; i64 [2, 1]", "i32 [1, 1, 1, 2, 3, 3]", "mode", "edge");
    check(Pad.OP, "i32 [1, 2, 3]; i64 [4, 2]", "i32 [3, 1, 2, 3, 1, 2, 3, 1, 2]", "mode", "wrap");
    check(Pad.OP, "i32 [7]; i64 [1, 1]", "i32 [7, 7, 7]", "mode", "reflect");
    check(Pad.OP, "f32 zeros 0 1; i64 [1, 0, 0, 0]", "f32 [[0]]");
    check(Pad.OP, "string ['a']; i64 [1, 0]", "string ['', 'a']");
    check(Pad.OP, "bool [1]; i64 [0, 1]", "bool [1, 0]");
    fails(Pad.OP, "f32 [1]; i64 [-2, 0]", List.of("[-2, 0]", "axis 0"));
    fails(Pad.OP, "f32 [1]; i64 [1]", List.of("two numbers"));
    fails(Pad.OP, "f32 zeros 0; i64 [1, 0]", List.of("empty", "edge"), "mode", "edge");
    fails(Pad.OP, "f32 [1]; i64 [1, 0]", List.of("mode"), "mode", "mirror");
    fails(Pad.OP, "f32 [1]; i64 [1, 0]; i32 1", List.of("element type"));
  }

  @Test
  void tilesFlipsAndRolls() {
    check(Tile.OP, "f32 [[1, 2]]; i64 [2, 2]", "f32 [[1, 2, 1, 2], [1, 2, 1, 2]]");
    check(Tile.OP, "string ['a']; i64 [0]", "string []");
    fails(Tile.OP, "f32 [1]; i64 [1, 1]", List.of("each axis"));
    fails(Tile.OP, "f32 [1]; i64 [-1]", List.of("negative"));
    check(Flip.OP, "f32 [[1, 2], [3, 4]]", "f32 [[4, 3], [2, 1]]", "axes", new long[] {0, -1});
    check(Flip.OP, "f32 zeros 0 2", "f32 zeros 0 2", "axes", new long[] {0});
    check(
        Roll.OP,
        "i8 [[1, 2, 3], [4, 5, 6]]",
        "i8 [[3, 1, 2], [6, 4, 5]]",
        "shifts",
        new long[] {-2},
        "axes",
        new long[] {1});
    check(Roll.OP, "i8 [[1, 2], [3, 4]]", "i8 [[4, 1], [2, 3]]", "shifts", new long[] {5});
    check(
        Roll.OP,
        "i8 [1, 2, 3]",
        "i8 [3, 1, 2]",
        "shifts",
        new long[] {2, 2},
        "axes",
        new long[] {0, 0});
    fails(
        Roll.OP,
        "i8 [1]",
        List.of("1 shifts for 2 axes"),
        "shifts",
        new long[] {1},
        "axes",
        new long[] {0, 0});
  }

  @Test
  void gathersElementsAndTuples() {
    String x = "f32 [[1, 2], [3, 4]]; ";
    check(GatherElements.OP, x + "i64 [[0, 0], [1, 0]]", "f32 [[1, 1], [4, 3]]", "axis", 1);
    check(GatherElements.OP, x + "i32 [[-1, -2]]", "f32 [[3, 2]]");
    check(GatherElements.OP, x + "i64 zeros 0 2", "f32 zeros 0 2");
    fails(GatherElements.OP, x + "i64 [[2, 0]]", List.of("index 2"));
    fails(GatherElements.OP, x + "i64 [0]", List.of("as many axes"));
    fails(GatherElements.OP, x + "i64 [[0, 0, 0]]", List.of("larger", "axis 1"));
    check(GatherNd.OP, x + "i64 [[0, 0], [1, -1]]", "f32 [1, 4]");
    check(GatherNd.OP, x + "i64 [[1], [0]]", "f32 [[3, 4], [1, 2]]");
    check(GatherNd.OP, x + "i64 [1, 0]", "f32 3");
    check(
        GatherNd.OP,
        "f32 [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]; i64 [[1], [0]]",
        "f32 [[3, 4], [5, 6]]",
        "batchDims",
        1);
    check(GatherNd.OP, "string ['a', 'b']; i64 [[[1]], [[0]]]", "string [['b'], ['a']]");
    fails(GatherNd.OP, x + "i64 [[0, 2]]", List.of("index 2"));
    fails(GatherNd.OP, x + "i64 [[0, 0, 0]]", List.of("index 3 axes", "x has 2"));
  }

  @Test
  void scattersElements() {
    String x = "f32 [[0, 0, 0], [0, 0, 0], [0, 0, 0]]; ";
    check(
        ScatterElements.OP,
        x + "i64 [[1, 0, 2], [0, 2, 1]]; f32 [[1.0, 1.1, 1.2], [2.0, 2.1, 2.2]]",
        "f32 [[2.0, 1.1, 0.0], [1.0, 0.0, 2.2], [0.0, 2.1, 1.2]]");
    String y = "f32 [[1, 2, 3, 4, 5]]; i64 [[1, 1]]; f32 [[1.5, 2.5]]";
    check(ScatterElements.OP, y, "f32 [[1, 2.5, 3, 4, 5]]", "axis", 1);
    check(ScatterElements.OP, y, "f32 [[1, 6, 3, 4, 5]]", "axis", 1, "reduction", "add");
    check(ScatterElements.OP, y, "f32 [[1, 7.5, 3, 4, 5]]", "axis", -1, "reduction", "mul");
    check(ScatterElements.OP, y, "f32 [[1, 2.5, 3, 4, 5]]", "axis", 1, "reduction", "max");
    check(ScatterElements.OP, y, "f32 [[1, 1.5, 3, 4, 5]]", "axis", 1, "reduction", "min");
    check(
        ScatterElements.OP,
        "u64 [1]; i64 [0]; u64 [18446744073709551615]",
        "u64 [18446744073709551615]",
        "reduction",
        "max");
    check(ScatterElements.OP, "i8 [100]; i64 [-1]; i8 [100]", "i8 [-56]", "reduction", "add");
    check(ScatterElements.OP, "string ['a']; i64 [0]; string ['b']", "string ['b']");
    // One rounding at the end: half a unit twice is a unit.
    check(
        ScatterElements.OP, "f16 [2048]; i64 [0, 0]; f16 [1, 1]", "f16 [2050]", "reduction", "add");
    fails(ScatterElements.OP, "f32 [1]; i64 [1]; f32 [1]", List.of("index 1"));
    fails(ScatterElements.OP, "f32 [1]; i64 [0]; i32 [1]", List.of("element type"));
    fails(
        ScatterElements.OP, "f32 [1]; i64 [0]; f32 [1]", List.of("reduction"), "reduction", "sum");
    fails(
        ScatterElements.OP,
        "string ['a']; i64 [0]; string ['b']",
        List.of("STRING"),
        "reduction",
        "add");
  }

  @Test
  void scattersTuples() {
    check(ScatterNd.OP, "f32 [1, 2, 3, 4]; i64 [[3], [-4]]; f32 [9, 8]", "f32 [8, 2, 3, 9]");
    check(
        ScatterNd.OP,
        "f32 [[1, 2], [3, 4]]; i64 [[1]]; f32 [[5, 6]]",
        "f32 [[1, 2], [8, 10]]",
        "reduction",
        "add");
    check(ScatterNd.OP, "f32 [[1, 2], [3, 4]]; i64 [1, 0]; f32 7", "f32 [[1, 2], [7, 4]]");
    check(ScatterNd.OP, "f32 [1]; i64 zeros 0 1; f32 []", "f32 [1]");
    check(ScatterNd.OP, "i32 [5, 5]; i64 [[0], [0]]; i32 [7, 3]", "i32 [3, 5]", "reduction", "min");
    fails(ScatterNd.OP, "f32 [1]; i64 [[0]]; f32 [1, 2]", List.of("size 1 at axis 0"));
    fails(ScatterNd.OP, "f32 [1]; i64 [[0, 0]]; f32 [1]", List.of("index 2 axes"));
    fails(ScatterNd.OP, "f32 [1]; i64 [[3]]; f32 [1]", List.of("index 3"));
  }

  @Test
  void writesIntoCaches() {
    String cache = "f32 [[[0, 0], [1, 1], [2, 2]], [[3, 3], [4, 4], [5, 5]]]; ";
    String update = "f32 [[[7, 7]], [[8, 8]]]";
    check(
        TensorScatter.OP,
        cache + update + "; i64 [1, 2]",
        "f32 [[[0, 0], [7, 7], [2, 2]], [[3, 3], [4, 4], [8, 8]]]");
    check(
        TensorScatter.OP,
        cache + update,
        "f32 [[[7, 7], [1, 1], [2, 2]], [[8, 8], [4, 4], [5, 5]]]");
    check(
        TensorScatter.OP,
        "i8 [[1, 2, 3]]; i8 [[8, 9]]; i64 [2]",
        "i8 [[9, 2, 8]]",
        "axis",
        1,
        "mode",
        "circular");
    check(
        TensorScatter.OP,
        "i8 [[1, 2, 3], [4, 5, 6], [7, 8, 9]]; i8 [[10, 11], [12, 13], [14, 15]]; i64 [2, -1, 9]",
        "i8 [[1, 2, 10], [13, 5, 6], [7, 8, 9]]",
        "axis",
        1,
        "mode",
        "clipped");
    fails(TensorScatter.OP, cache + update + "; i64 [1, 3]", List.of("[3, 4)", "size 3"));
    fails(TensorScatter.OP, cache + update + "; i64 [1]", List.of("vector of 2"));
    fails(TensorScatter.OP, cache + update, List.of("mode"), "mode", "ring");
    fails(TensorScatter.OP, cache + "f32 [[[7]], [[8]]]", List.of("axis 2"));
    fails(TensorScatter.OP, cache + update, List.of("batch"), "axis", 0);
  }

  @Test
  void makesRangesDiagonalsAndOneHots() {
    check(Range.OP, "i64 3; i64 9; i64 3", "i64 [3, 6]");
    check(Range.OP, "i32 10; i32 4; i32 -2", "i32 [10, 8, 6]");
    check(Range.OP, "f32 0; f32 1; f32 0.3", "f32 [0, 0.3, 0.6, 0.9000000358]");
    check(Range.OP, "f64 1; f64 1; f64 1", "f64 []");
    check(Range.OP, "i64 5; i64 1; i64 1", "i64 []");
    fails(Range.OP, "i64 5; i64 1; i64 0", List.of("delta"));
    fails(Range.OP, "f32 0; f32 inf; f32 1", List.of("too many"));
    fails(Range.OP, "i64 5; i32 1; i64 0", List.of("one type"));
    check(EyeLike.OP, "f32 zeros 2 3", "f32 [[0, 1, 0], [0, 0, 1]]", "k", 1);
    check(EyeLike.OP, "i32 zeros 3 1", "i32 [[0], [1], [0]]", "k", -1);
    check(OneHot.OP, "i64 [0, -1, 3]; i64 3; f32 [5, 2]", "f32 [[2, 5, 5], [5, 5, 2], [5, 5, 5]]");
    check(OneHot.OP, "i64 [[0, 1]]; i64 [2]; i32 [0, 1]", "i32 [[[1, 0], [0, 1]]]", "axis", 1);
    check(OneHot.OP, "f32 1; i64 2; string ['n', 'y']", "string ['n', 'y']");
    fails(OneHot.OP, "i64 [0]; i64 -1; f32 [0, 1]", List.of("depth"));
    fails(OneHot.OP, "i64 [0]; i64 1; f32 [0]", List.of("[off, on]"));
    String x = "i32 [[1, 2, 3], [4, 5, 6]]";
    check(Trilu.OP, x, "i32 [[1, 2, 3], [0, 5, 6]]");
    check(Trilu.OP, x + "; i64 1", "i32 [[0, 2, 3], [0, 0, 6]]");
    check(Trilu.OP, x + "; i64 -1", "i32 [[0, 0, 0], [4, 0, 0]]", "upper", false);
    check(Trilu.OP, "f32 zeros 3 0 5; i64 1", "f32 zeros 3 0 5");
    fails(Trilu.OP, "f32 [1]", List.of("two axes"));
  }

  @Test
  void movesSpaceAndDepth() {
    String deep = "i32 [[[[1]], [[2]], [[3]], [[4]], [[5]], [[6]], [[7]], [[8]]]]";
    check(DepthToSpace.OP, deep, "i32 [[[[1, 3], [5, 7]], [[2, 4], [6, 8]]]]", "blockSize", 2);
    check(
        DepthToSpace.OP,
        deep,
        "i32 [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]",
        "blockSize",
        2,
        "mode",
        "CRD");
    check(SpaceToDepth.OP, "i32 [[[[1, 3], [5, 7]], [[2, 4], [6, 8]]]]", deep, "blockSize", 2);
    String last = "i32 [[[[1, 2, 3, 4, 5, 6, 7, 8]]]]";
    check(
        DepthToSpace.OP,
        last,
        "i32 [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]",
        "blockSize",
        2,
        "layout",
        "NHWC");
    check(
        DepthToSpace.OP,
        last,
        "i32 [[[[1, 5], [2, 6]], [[3, 7], [4, 8]]]]",
        "blockSize",
        2,
        "layout",
        "NHWC",
        "mode",
        "CRD");
    check(
        SpaceToDepth.OP,
        "i32 [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]",
        last,
        "blockSize",
        2,
        "layout",
        "NHWC");
    check(
        SpaceToDepth.OP,
        "i32 [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]",
        deep,
        "blockSize",
        2,
        "mode",
        "CRD");
    check(
        SpaceToDepth.OP,
        "i32 [[[[1, 5], [2, 6]], [[3, 7], [4, 8]]]]",
        last,
        "blockSize",
        2,
        "layout",
        "NHWC",
        "mode",
        "CRD");
    check(SpaceToDepth.OP, "f32 zeros 0 1 2 2", "f32 zeros 0 4 1 1", "blockSize", 2);
    fails(DepthToSpace.OP, deep, List.of("8 channels", "9"), "blockSize", 3);
    fails(SpaceToDepth.OP, deep, List.of("divide"), "blockSize", 2);
    fails(SpaceToDepth.OP, deep, List.of("blockSize"), "blockSize", 0);
  }

  @Test
  void selectsByData() {
    String x = "f32 [[1, 2], [3, 4], [5, 6]]; ";
    checkData(Compress.OP, x + "bool [0, 1, 1]", "f32 [[3, 4], [5, 6]]", "axis", 0);
    checkData(Compress.OP, x + "bool [0, 1]", "f32 [[2], [4], [6]]", "axis", -1);
    checkData(Compress.OP, x + "bool [0, 1, 0, 0, 1]", "f32 [2, 5]");
    checkData(Compress.OP, x + "bool [0]", "f32 zeros 0 2", "axis", 0);
    fails(Compress.OP, x + "bool [0, 1, 1]", List.of("3 conditions", "size 2"), "axis", 1);
    fails(Compress.OP, x + "i32 [0]", List.of("boolean"));
    checkData(NonZero.OP, "f32 [[1, 0], [nan, -0]]", "i64 [[0, 1], [0, 0]]");
    checkData(NonZero.OP, "bool [0, 0]", "i64 zeros 1 0");
    checkData(NonZero.OP, "f32 3", "i64 zeros 0 1");
    checkData(NonZero.OP, "f32 zeros 2 0", "i64 zeros 2 0");
  }

  @Test
  void findsDistinctValues() {
    checkData(
        Unique.OP,
        "f32 [2, 1, 1, 3, 4, 3]",
        "f32 [1, 2, 3, 4]; i64 [1, 0, 3, 4]; i64 [1, 0, 0, 2, 3, 2]; i64 [2, 1, 2, 1]");
    checkData(
        Unique.OP,
        "f32 [2, 1, 1, 3, 4, 3]",
        "f32 [2, 1, 3, 4]; i64 [0, 1, 3, 4]; i64 [0, 1, 1, 2, 3, 2]; i64 [1, 2, 2, 1]",
        "sorted",
        false);
    checkData(
        Unique.OP,
        "i32 [[1, 0, 0], [1, 0, 0], [2, 3, 4]]",
        "i32 [[1, 0, 0], [2, 3, 4]]; i64 [0, 2]; i64 [0, 0, 1]; i64 [2, 1]",
        "axis",
        0);
    checkData(
        Unique.OP,
        "i32 [[[1, 1], [0, 1], [2, 1], [0, 1]], [[1, 1], [0, 1], [2, 1], [0, 1]]]",
        "i32 [[[0, 1], [1, 1], [2, 1]], [[0, 1], [1, 1], [2, 1]]]; i64 [1, 0, 2];"
            + " i64 [1, 0, 2, 0]; i64 [2, 1, 1]",
        "axis",
        1);
    checkData(
        Unique.OP,
        "f32 [nan, 0, nan, -0]",
        "f32 [0, nan]; i64 [1, 0]; i64 [1, 0, 1, 0]; i64 [2, 2]");
    checkData(
        Unique.OP,
        "string ['b', 'a', 'b']",
        "string ['a', 'b']; i64 [1, 0]; i64 [1, 0, 1]; i64 [1, 2]");
    checkData(Unique.OP, "f32 zeros 0", "f32 []; i64 []; i64 []; i64 []");
  }

  @Test
  void reversesSequences() {
    check(
        ReverseSequence.OP,
        "f32 [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]]; i64 [4, 3, 0]",
        "f32 [[3, 6, 8], [2, 5, 9], [1, 4, 10], [0, 7, 11]]");
    check(
        ReverseSequence.OP,
        "string [['a', 'b', 'c'], ['d', 'e', 'f']]; i64 [1, 2]",
        "string [['a', 'b', 'c'], ['e', 'd', 'f']]",
        "timeAxis",
        1,
        "batchAxis",
        0);
    fails(ReverseSequence.OP, "f32 [[1], [2]]; i64 [3]", List.of("length 3", "[0, 2]"));
    fails(ReverseSequence.OP, "f32 [[1], [2]]; i64 [1, 1]", List.of("vector of 1"));
  }

  @Test
  void readsBitsAsAnotherType() {
    check(BitCast.OP, "f32 [1, -0]", "i32 [1065353216, -2147483648]", "to", DType.I32);
    check(BitCast.OP, "u16 [15360]", "f16 [1]", "to", DType.F16);
    check(BitCast.OP, "i4 [-1, 7]", "u4 [15, 7]", "to", DType.U4);
    check(BitCast.OP, "u4 [15, 7]", "i4 [-1, 7]", "to", DType.I4);
    check(BitCast.OP, "f4e2m1 [-6]", "u4 [15]", "to", DType.U4);
    fails(BitCast.OP, "f32 [1]", List.of("as many bits"), "to", DType.I64);
  }
}
