package dev.gatun.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.kernels.Contestant.Kind;
import dev.gatun.bench.measure.Agreement;
import dev.gatun.bench.measure.Roof;
import dev.gatun.bench.measure.Sample;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContestantTests {
  private static final int M = 5;
  private static final int N = 33;
  private static final int K = 17;

  private static KernelCase product() {
    GraphBuilder builder = new GraphBuilder("product");
    Tensor left = ramp(M, K);
    Value x = builder.input("x", left.type());
    Value w = builder.constant(ramp(K, N));
    builder.output("y", builder.add(Matmul.OP, Attrs.NONE, x, w));
    double flops = 2.0 * M * N * K;
    return new KernelCase("gemm/odd", builder.build(), List.of(left), flops, 1000, Roof.Kind.FMA);
  }

  private static Tensor ramp(int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 % 13) / 13f - 0.4f;
    }
    return Tensor.of(values, rows, columns);
  }

  private static List<Sample> result(Kind kind, int threads) {
    try (Contestant contestant = Contestant.of(kind, product(), threads).orElseThrow()) {
      contestant.run();
      return contestant.outputs();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GATUN", "ONEDNN", "OPENBLAS"})
  void agreesWithTheDefinition(Kind kind) {
    Optional<Contestant> found = Contestant.of(kind, product(), 1);
    // Without a native library there is nothing to compare, and the table has a dash.
    if (found.isEmpty()) {
      assertTrue(kind != Kind.GATUN);
      return;
    }
    found.get().close();
    List<Sample> truth = result(Kind.SCALAR, 1);
    assertEquals("", Agreement.of(result(kind, 1), truth).problem());
    assertEquals("", Agreement.of(result(kind, 2), truth).problem());
  }

  @Test
  void scalarCodeIsSparedLargeCases() {
    KernelCase small = product();
    KernelCase large =
        new KernelCase("gemm/large", small.graph(), small.inputs(), 1e12, 1, Roof.Kind.FMA);
    assertTrue(Contestant.of(Kind.SCALAR, large, 1).isEmpty());
    assertTrue(Contestant.of(Kind.SCALAR, small, 2).isEmpty());
  }

  @Test
  void casesHaveUniqueFamiliesAndKnownSizes() {
    assertTrue(KernelCases.ALL.keySet().stream().allMatch(name -> name.indexOf('/') > 0));
    KernelCase conv = KernelCases.find("conv/resnet50 3x3 512 at 7");
    assertEquals(2.0 * 7 * 7 * 512 * 512 * 9, conv.flops());
    assertEquals("GFLOP/s", conv.unit());
    assertEquals("GB/s", KernelCases.find("elementwise/add 1M").unit());
    assertEquals(3 * 4.0 * (1 << 20), KernelCases.find("elementwise/add 1M").bytes());
    assertThrows(IllegalArgumentException.class, () -> KernelCases.find("gemm/none"));
  }
}
