/** Hand-written Vector API kernels on raw addresses, the thread team and CPU facts. */
module dev.gatun.kernels {
  requires transitive jdk.incubator.vector;
  requires static org.jspecify;

  exports dev.gatun.kernels;
}
