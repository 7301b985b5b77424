package dev.gatun.bench.kernels;

import dev.gatun.bench.measure.Roof;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.tensor.Tensor;
import java.util.List;

/**
 * One operator on operands of sizes that a known network has.
 *
 * @param name "family/shape", named after the network
 * @param graph constants are weights: they are packed before anything is timed
 * @param flops floating-point operations, a multiply-add counted as two
 * @param bytes what must be read and written at least
 * @param bound what limits a perfect kernel
 */
record KernelCase(
    String name, Graph graph, List<Tensor> inputs, double flops, double bytes, Roof.Kind bound) {
  boolean countsFlops() {
    return bound == Roof.Kind.FMA;
  }

  /** What a speed is measured in. */
  String unit() {
    return countsFlops() ? "GFLOP/s" : "GB/s";
  }

  double amount() {
    return countsFlops() ? flops : bytes;
  }
}
