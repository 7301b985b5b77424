package dev.gatun.ffi;

/** Prints what a fresh JVM finds; started by {@link FreshJvmTests}. */
final class ProbeMain {
  public static void main(String[] args) {
    Probe<OneDnn> oneDnn = OneDnn.find();
    Probe<OpenBlas> openBlas = OpenBlas.find();
    System.out.println(oneDnn);
    System.out.println(openBlas);
    oneDnn
        .library()
        .ifPresent(
            dnnl -> {
              MemoryDesc row = MemoryDesc.rowMajor(DataType.F32, 16);
              System.out.println(Eltwise.of(dnnl, Activation.RELU).src(row).inference());
            });
    if (args.length > 0) {
      oneDnn.orElseThrow();
    }
  }

  private ProbeMain() {}
}
