package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.fails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTests {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 8, 12, 13, 16, 24, 30, 64})
  void theFastTransformIsTheDefinition(int n) {
    double[] re = new double[n];
    double[] im = new double[n];
    for (int i = 0; i < n; i++) {
      re[i] = i * 7 % 11 - 3;
      im[i] = i * 5 % 13 - 4;
    }
    double[] wantedRe = new double[n];
    double[] wantedIm = new double[n];
    for (int k = 0; k < n; k++) {
      for (int i = 0; i < n; i++) {
        double angle = -2 * Math.PI * i * k / n;
        wantedRe[k] += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
        wantedIm[k] += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
      }
    }
    new Fourier(n, false).transform(re, im);
    assertArrayEquals(wantedRe, re, 1e-9 * n);
    assertArrayEquals(wantedIm, im, 1e-9 * n);
  }

  @Test
  void transformsOfRealAndComplexNumbers() {
    checkClose(
        1e-6, Dft.OP, "f64 [[1], [2], [4], [8]]", "f64 [[15, 0], [-3, 6], [-5, 0], [-3, -6]]");
    checkClose(
        1e-6,
        Dft.OP,
        "f64 [[1], [2], [4], [8]]",
        "f64 [[15, 0], [-3, 6], [-5, 0]]",
        "onesided",
        true);
    checkClose(
        1e-6,
        Dft.OP,
        "f64 [[15, 0], [-3, 6], [-5, 0], [-3, -6]]",
        "f64 [[1, 0], [2, 0], [4, 0], [8, 0]]",
        "inverse",
        true);
    checkClose(
        1e-6,
        Dft.OP,
        "f64 [[15, 0], [-3, 6], [-5, 0]]",
        "f64 [[1], [2], [4], [8]]",
        "inverse",
        true,
        "onesided",
        true);
  }

  @Test
  void lengthCutsOrPadsAlongAnyAxis() {
    checkClose(1e-6, Dft.OP, "f64 [[1], [2], [4], [8]]; i64 2", "f64 [[3, 0], [-1, 0]]");
    checkClose(1e-6, Dft.OP, "f64 [[3]]; i64 2", "f64 [[3, 0], [3, 0]]");
    checkClose(
        1e-6,
        Dft.OP,
        "f64 [[[1], [10]], [[2], [20]]]; -; i64 0",
        "f64 [[[3, 0], [30, 0]], [[-1, 0], [-10, 0]]]");
    fails(Dft.OP, "f64 [[1, 2]]", List.of("real"), "onesided", true);
  }

  @Test
  void framesAreWindowed() {
    checkClose(
        1e-6,
        Stft.OP,
        "f64 [[[1], [2], [3], [4], [5]]]; i64 2; f64 [1, 10]",
        "f64 [[[[21, 0], [-19, 0]], [[43, 0], [-37, 0]]]]");
    checkClose(
        1e-6,
        Stft.OP,
        "f64 [[[1], [2], [3]]]; i64 1; -; i64 2",
        "f64 [[[[3, 0], [-1, 0]], [[5, 0], [-1, 0]]]]");
    fails(Stft.OP, "f64 [[[1], [2]]]; i64 0; -; i64 2", List.of("step"));
  }

  @Test
  void windowsArePeriodicOrSymmetric() {
    checkClose(1e-6, HannWindow.OP, "i64 4", "f32 [0, 0.5, 1, 0.5]");
    checkClose(
        1e-6,
        HannWindow.OP,
        "i32 5",
        "f64 [0, 0.5, 1, 0.5, 0]",
        "periodic",
        false,
        "dtype",
        dev.gatun.core.tensor.DType.F64);
    checkClose(1e-6, HammingWindow.OP, "i64 2", "f32 [0.08695652, 1]");
    checkClose(1e-6, BlackmanWindow.OP, "i64 2", "f32 [0, 1]");
    check(HannWindow.OP, "i64 0", "f32 zeros 0");
    check(HannWindow.OP, "i64 1", "f32 [0]", "periodic", false);
  }

  @Test
  void melTrianglesStayInTheSpectrum() {
    // Two bins of a spectrum of 9: corners at bins 0, 0, 2 and 4.
    check(
        MelWeightMatrix.OP,
        "i64 2; i64 16; i64 8000; f32 0; f32 4000",
        "f32 [[1, 0], [0.5, 0.5], [0, 1], [0, 0.5], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]]");
    fails(
        MelWeightMatrix.OP,
        "i64 2; i64 16; i64 8000; f32 0; f32 400000",
        List.of("outside a spectrum of 9"));
  }

  @Test
  void determinants() {
    check(Det.OP, "f32 [[[1, 2], [3, 4]], [[0, 1], [1, 0]]]", "f32 [-2, -1]");
    check(Det.OP, "f64 [[2, 0, 0], [0, 0, 3], [0, 5, 7]]", "f64 -30");
    check(Det.OP, "f32 [[2, 4], [1, 2]]", "f32 0");
    check(Det.OP, "f32 zeros 0 0", "f32 1");
  }
}
