package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the system properties do in a JVM of their own, and that nothing is printed unasked. */
class FreshJvmTests {
  private static final Path CLASSES = Path.of("target", "classes");
  private static final Path TESTS = Path.of("target", "test-classes");

  @TempDir Path scratch;

  private record Outcome(int exit, String out, String err) {}

  @BeforeEach
  void needsTheClassesOfTheBuild() {
    assumeTrue(
        Files.isDirectory(CLASSES) && Files.isDirectory(TESTS), "runs in the module's build");
  }

  private Outcome run(List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", CLASSES + java.io.File.pathSeparator + TESTS));
    command.add("dev.gatun.ffi.ProbeMain");
    command.addAll(List.of(arguments));
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int exit = process.waitFor();
    return new Outcome(
        exit,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void switchedOffAndMissingLibrariesAreReasons() throws Exception {
    Outcome off = run(List.of("-Dgatun.native=off"));
    assertEquals(0, off.exit, off.err);
    assertEquals(3, off.out.split("native libraries are switched off", -1).length - 1, off.out);
    assertEquals("", off.err);

    Outcome missing = run(List.of("-Dgatun.native.dir=" + scratch), "demand");
    assertEquals(1, missing.exit);
    assertTrue(
        missing.err.contains("NativeLibraryException: oneDNN is not available\n"), missing.err);
    assertTrue(missing.out.contains("it has no libopenblas"), missing.out);
  }

  @Test
  void findsAndRunsTheLibrariesOfADirectoryInSilence() throws Exception {
    Path natives = Path.of(System.getProperty("gatun.native.dir", "none"));
    assumeTrue(Files.isDirectory(natives), () -> "no native libraries in " + natives);
    Outcome found = run(List.of("-Dgatun.native.dir=" + natives), "demand");
    assertEquals(0, found.exit, found.err);
    assertEquals("", found.err);
    assertTrue(found.out.startsWith("oneDNN is available\n  loaded from property"), found.out);
    assertTrue(found.out.contains("OpenBLAS is available\n  loaded from"), found.out);
    assertTrue(found.out.contains("in another class loader: true oneDNN is available"), found.out);
    assertTrue(found.out.contains("eltwise RELU forward (alpha 0.0, beta 0.0)"), found.out);
  }
}
