/** Benchmarks: models against another engine, kernels against their peers. */
module dev.gatun.bench {
  requires dev.gatun.formats;
  requires info.picocli;
  requires tools.jackson.databind;
  // Only the process that measures it has it, on its class path.
  requires static com.microsoft.onnxruntime;
  requires static org.jspecify;

  opens dev.gatun.bench.compare to
      info.picocli;
}
