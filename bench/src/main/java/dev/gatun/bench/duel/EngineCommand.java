package dev.gatun.bench.duel;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * How the process of an engine is started.
 *
 * @param id what its worker is asked for, and what its files are called
 * @param title for messages
 * @param worker the class whose main method serves it
 * @param options of the JVM: where its classes are, and what it needs besides
 */
public record EngineCommand(String id, String title, Class<?> worker, List<String> options) {
  /**
   * Gatun as modules, as its users have it.
   *
   * @param module the one that the worker uses
   */
  public static EngineCommand gatun(String id, Class<?> worker, String module) {
    List<String> modules = new ArrayList<>();
    for (String entry : entries()) {
      if (!isOwn(entry) && !named(entry).startsWith("onnxruntime-")) {
        modules.add(entry);
      }
    }
    List<String> options =
        new ArrayList<>(
            List.of(
                "--enable-native-access=dev.gatun.kernels,dev.gatun.ffi",
                "--module-path",
                String.join(File.pathSeparator, modules),
                "--add-modules",
                module,
                "-cp",
                own()));
    String natives = System.getProperty("gatun.native.dir", "");
    if (!natives.isEmpty()) {
      // What was tuned on this machine is for those who ask for it: -Dgatun.tuning=DIRECTORY.
      options.add("-Dgatun.tuning=" + System.getProperty("gatun.tuning", "off"));
      options.add("-Dgatun.native.dir=" + natives);
    }
    return new EngineCommand(id, "Gatun", worker, options);
  }

  /** Another engine from plain jars. */
  public static EngineCommand peer(
      String id, String title, Class<?> worker, List<String> jars, String... more) {
    List<String> path = new ArrayList<>(List.of(own()));
    path.addAll(jars);
    List<String> options =
        new ArrayList<>(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(File.pathSeparator, path)));
    options.addAll(List.of(more));
    return new EngineCommand(id, title, worker, options);
  }

  /** Jars on the path of this process whose file names fit. */
  public static List<String> jars(Predicate<String> names) {
    return entries().stream().filter(entry -> names.test(named(entry))).toList();
  }

  private static List<String> entries() {
    String all =
        System.getProperty("jdk.module.path", "")
            + File.pathSeparator
            + System.getProperty("java.class.path", "");
    return List.of(all.split(File.pathSeparator, -1)).stream()
        .filter(entry -> !entry.isBlank())
        .toList();
  }

  private static String named(String entry) {
    return String.valueOf(Path.of(entry).getFileName());
  }

  /** Where the benchmarks' own classes are. */
  private static String own() {
    return entries().stream()
        .filter(EngineCommand::isOwn)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the benchmarks' classes are on no path"));
  }

  private static boolean isOwn(String entry) {
    Path path = Path.of(entry);
    return Files.isDirectory(path)
        ? Files.exists(path.resolve(Worker.class.getName().replace('.', '/') + ".class"))
        : named(entry).startsWith("gatun-bench-");
  }
}
