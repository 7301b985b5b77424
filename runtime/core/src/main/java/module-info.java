/** Tensors, graphs, operators, the compiler and the executor. */
module dev.gatun.core {
  requires dev.gatun.kernels;
  requires dev.gatun.ffi;
  requires static org.jspecify;

  exports dev.gatun.core.tensor;
  exports dev.gatun.core.graph;
  exports dev.gatun.core.expr;
  exports dev.gatun.core.op;
  exports dev.gatun.core.autodiff;
  exports dev.gatun.core.pass;
  exports dev.gatun.core.plan;
  exports dev.gatun.core.exec;
  exports dev.gatun.core.quant;
}
