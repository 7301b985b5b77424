package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.checkData;
import static dev.gatun.core.op.OpChecks.fails;

import java.util.List;
import org.junit.jupiter.api.Test;

class VisionTests {
  private static final String LINE = "f32 [[[1, 2, 4]]];";

  @Test
  void gridPointsAreEdgesOrCenters() {
    check(GridSample.OP, LINE + "f32 [[[-1], [0], [1]]]", "f32 [[[0.5, 2, 2]]]");
    check(
        GridSample.OP,
        LINE + "f32 [[[-1], [0.5], [1]]]",
        "f32 [[[1, 3, 4]]]",
        "alignCorners",
        true);
    check(GridSample.OP, LINE + "f32 [[[-1], [0], [1]]]", "f32 [[[1, 2, 4]]]", "padding", "border");
  }

  @Test
  void pointsOutsideReflect() {
    // Coordinates -3 and 3 of [0, 2] with corners: back to 1 and 1.
    check(
        GridSample.OP,
        LINE + "f32 [[[-4], [2], [3]]]",
        "f32 [[[2, 2, 1]]]",
        "alignCorners",
        true,
        "padding",
        "reflection",
        "mode",
        "nearest");
    check(
        GridSample.OP,
        LINE + "f32 [[[-1.3333334], [2]]]",
        "f32 [[[1, 2]]]",
        "padding",
        "reflection",
        "mode",
        "nearest");
  }

  @Test
  void cubicSamplesExtrapolateNothing() {
    check(GridSample.OP, LINE + "f32 [[[0]]]", "f32 [[[2]]]", "mode", "cubic");
    // Half way between 2 and 4 with weights -3 19 19 -3 over 32 and a zero beyond.
    checkClose(
        1e-6, GridSample.OP, LINE + "f32 [[[0.33333334]]]", "f32 [[[3.46875]]]", "mode", "cubic");
  }

  @Test
  void theLastAxisOfTheImageIsTheFirstOfAPoint() {
    check(
        GridSample.OP,
        "f32 [[[[1, 2], [3, 4]]]]; f32 [[[[1, -1]]]]",
        "f32 [[[[2]]]]",
        "alignCorners",
        true);
  }

  @Test
  void affineGridOfTheIdentity() {
    String identity = "f32 [[[1, 0, 0], [0, 1, 0]]]; i64 [1, 1, 2, 2]";
    check(
        AffineGrid.OP, identity, "f32 [[[[-0.5, -0.5], [0.5, -0.5]], [[-0.5, 0.5], [0.5, 0.5]]]]");
    check(
        AffineGrid.OP,
        identity,
        "f32 [[[[-1, -1], [1, -1]], [[-1, 1], [1, 1]]]]",
        "alignCorners",
        true);
    check(AffineGrid.OP, "f32 [[[0, 0, 7], [0, 0, 8]]]; i64 [1, 1, 1, 1]", "f32 [[[[7, 8]]]]");
  }

  @Test
  void regionsAreAveraged() {
    String image = "f32 [[[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]];";
    // The region [0, 2] x [0, 2] shifted by half an element: one sample at (0.5, 0.5).
    check(RoiAlign.OP, image + "f32 [[0, 0, 2, 2]]; i64 [0]", "f32 [[[[2]]]]", "samplingRatio", 1);
    check(
        RoiAlign.OP,
        image + "f32 [[0, 0, 2, 2]]; i64 [0]",
        "f32 [[[[4]]]]",
        "samplingRatio",
        1,
        "halfPixel",
        false);
    check(
        RoiAlign.OP,
        image + "f32 [[0, 0, 3, 3]]; i64 [0]",
        "f32 [[[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]]",
        "outputHeight",
        3,
        "outputWidth",
        3);
    fails(RoiAlign.OP, image + "f32 [[0, 0, 3, 3]]; i64 [1]", List.of("region 0"));
  }

  @Test
  void overlappingBoxesAreSuppressed() {
    String boxes = "f32 [[[0, 0, 1, 1], [0, 0.1, 1, 1.1], [2, 2, 3, 3], [1, 1, 0, 0]]];";
    String scores = "f32 [[[0.9, 0.8, 0.7, 0.9]]];";
    checkData(
        NonMaxSuppression.OP, boxes + scores + "i64 9; f32 0.5", "i64 [[0, 0, 0], [0, 0, 2]]");
    checkData(
        NonMaxSuppression.OP,
        boxes + scores + "i64 9; f32 0.9",
        "i64 [[0, 0, 0], [0, 0, 1], [0, 0, 2]]");
    checkData(NonMaxSuppression.OP, boxes + scores + "i64 9; f32 0.5; f32 0.75", "i64 [[0, 0, 0]]");
    checkData(NonMaxSuppression.OP, boxes + scores + "i64 1; f32 0.5", "i64 [[0, 0, 0]]");
    checkData(NonMaxSuppression.OP, boxes + scores, "i64 zeros 0 3");
    checkData(
        NonMaxSuppression.OP,
        "f32 [[[1, 1, 2, 2], [1, 1.5, 2, 2]]]; f32 [[[1, 2]]]; i64 9; f32 0.7",
        "i64 [[0, 0, 1], [0, 0, 0]]",
        "centerPoint",
        true);
  }

  @Test
  void deformedConvolutionReadsBetweenElements() {
    String x = "f32 [[[1, 2, 4]]]; f32 [[[1, 10]]];";
    check(DeformConv.OP, x + "f32 zeros 1 2 2", "f32 [[[21, 42]]]");
    // The second window element moves by half an element, and out of the image.
    check(DeformConv.OP, x + "f32 [[[0, 0], [0.5, 9]]]", "f32 [[[31, 2]]]");
    check(
        DeformConv.OP,
        x + "f32 zeros 1 2 2; f32 [100]; f32 [[[1, 2], [0, 3]]]",
        "f32 [[[101, 224]]]");
  }

  @Test
  void unfoldAndItsAdjoint() {
    check(
        Unfold.OP,
        "f32 [[[1, 2, 3], [4, 5, 6]]]",
        "f32 [[[0, 1, 2, 3], [1, 2, 3, 0], [0, 4, 5, 6], [4, 5, 6, 0]]]",
        "kernel",
        new long[] {2},
        "pads",
        new long[] {1, 1});
    check(Col2im.OP, "f32 [[[1, 2], [10, 20]]]; i64 [3]; i64 [2]", "f32 [[[1, 12, 20]]]");
    fails(Col2im.OP, "f32 [[[1, 2], [10, 20]]]; i64 [4]; i64 [2]", List.of("3 windows, not 2"));
  }

  @Test
  void unpoolingPutsMaximaBack() {
    String x = "f32 [[[7, 8]]]; i64 [[[1, 2]]];";
    check(
        MaxUnpool.OP,
        x,
        "f32 [[[0, 7, 8, 0]]]",
        "kernel",
        new long[] {2},
        "strides",
        new long[] {2});
    check(
        MaxUnpool.OP,
        x + "i64 [1, 1, 5]",
        "f32 [[[0, 7, 8, 0, 0]]]",
        "kernel",
        new long[] {2},
        "strides",
        new long[] {2});
    fails(MaxUnpool.OP, "f32 [[[7]]]; i64 [[[2]]]", List.of("index 2"), "kernel", new long[] {2});
  }

  @Test
  void croppingAndPaddingKeepTheCenter() {
    check(CenterCropPad.OP, "i64 [1, 2, 3, 4, 5]; i64 [2]", "i64 [2, 3]");
    check(CenterCropPad.OP, "i64 [1, 2]; i64 [5]", "i64 [0, 1, 2, 0, 0]");
    check(CenterCropPad.OP, "f32 [[1, 2, 3]]; i64 [1]", "f32 [[2]]", "axes", new long[] {-1});
  }
}
