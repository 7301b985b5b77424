/** Benchmarks: models against another engine, kernels against their peers. */
module dev.gatun.bench {
  requires dev.gatun.ffi;
  requires dev.gatun.formats;
  requires dev.gatun.kernels;
  requires dev.gatun.train;
  requires info.picocli;
  requires tools.jackson.databind;
  // Only the processes that measure them have them, on their class paths.
  requires static ai.djl.api;
  requires static com.microsoft.onnxruntime;
  // JMH and what it runs live on the class path.
  requires static jmh.core;
  requires static org.jspecify;

  opens dev.gatun.bench.compare to
      info.picocli;
  opens dev.gatun.bench.duel to
      info.picocli;
  opens dev.gatun.bench.kernels to
      info.picocli;
  opens dev.gatun.bench.train to
      info.picocli;
}
