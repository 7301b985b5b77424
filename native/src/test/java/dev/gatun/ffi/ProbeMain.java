package dev.gatun.ffi;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/** Prints what a fresh JVM finds; started by {@link FreshJvmTests}. */
final class ProbeMain {
  public static void main(String[] args) throws Exception {
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
    // A second class loader, as after a redeployment: the JDK's own loading would refuse that.
    try (URLClassLoader other =
        new URLClassLoader(
            new URL[] {Path.of("target", "classes").toUri().toURL()},
            ClassLoader.getPlatformClassLoader())) {
      Class<?> again = Class.forName("dev.gatun.ffi.OneDnn", true, other);
      Object probe = again.getMethod("find").invoke(null);
      System.out.println("in another class loader: " + (again != OneDnn.class) + " " + probe);
    }
    if (args.length > 0) {
      oneDnn.orElseThrow();
    }
  }

  private ProbeMain() {}
}
