package dev.gatun.cli;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.ffi.NativeLibraries;
import dev.gatun.ffi.NativeLibraryException;
import dev.gatun.ffi.OneDnn;
import dev.gatun.ffi.OpenBlas;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.SampleModel;
import dev.gatun.kernels.Cpu;
import dev.gatun.kernels.Lanes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tells what this machine has, which libraries were found, and what follows from it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Tells what this machine has, which native libraries were found, and why.",
    footer = {"", "Example: gatun doctor"})
final class DoctorCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Runtime runtime = Runtime.getRuntime();
    out.println("gatun       " + Main.VERSION);
    out.println(
        "java        "
            + Runtime.version()
            + ", "
            + System.getProperty("java.vm.name")
            + ", "
            + System.getProperty("java.home"));
    out.println(
        "platform    " + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    Cpu cpu = Cpu.get();
    out.println("processor   " + cpu.model());
    out.println(
        "caches      L1 "
            + (cpu.l1Bytes() >> 10)
            + " KB, L2 "
            + (cpu.l2Bytes() >> 10)
            + " KB, L3 "
            + (cpu.l3Bytes() >> 10)
            + " KB");
    out.println("threads     " + runtime.availableProcessors());
    out.println("heap        at most " + (runtime.maxMemory() >> 20) + " MB");
    out.println("vectors     " + Lanes.F32_LENGTH + " floats (" + 32 * Lanes.F32_LENGTH + " bits)");
    out.println("native      " + NativeLibraries.ofProcess().platform());
    out.println("oneDNN      " + OneDnn.find());
    out.println("OpenBLAS    " + OpenBlas.find());
    return selfTest(out) ? 0 : Main.FAILED;
  }

  /** A small network, read from a file, on every way to run it that this machine has. */
  private static boolean selfTest(PrintWriter out) {
    try {
      Path file = Files.createTempFile("gatun-self-test", ".onnx");
      try {
        SampleModel.write(file);
        return selfTest(out, file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("self-test: " + e.getMessage(), e);
    }
  }

  private static boolean selfTest(PrintWriter out, Path file) {
    Model model = Onnx.load(file);
    Graph graph = model.graph();
    Map<String, Datum> inputs =
        new Inputs(file, graph, Map.of(), new Pictures()).read(List.of(), Set.of());
    Tensor expected = (Tensor) new Interpreter().run(graph, List.copyOf(inputs.values())).get(0);
    boolean good = true;
    for (Backend backend : Backend.values()) {
      String result;
      try (Session session = model.compile(SessionOptions.DEFAULT.backend(backend))) {
        Tensor found = session.run(inputs).get("y");
        double worst = 0;
        for (long i = 0; i < expected.elements(); i++) {
          worst = Math.max(worst, Math.abs(expected.getDouble(i) - found.getDouble(i)));
        }
        boolean close = worst < 1e-4;
        good &= close;
        result = (close ? "works" : "is wrong") + ", largest difference " + (float) worst;
      } catch (NativeLibraryException e) {
        result = "not available";
      }
      out.printf(java.util.Locale.ROOT, "%-11s %s%n", backend, result);
    }
    return good;
  }
}
