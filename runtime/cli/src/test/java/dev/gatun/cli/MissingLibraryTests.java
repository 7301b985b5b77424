package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A library that is asked for and not there; in a process of its own, as a search is made once. */
class MissingLibraryTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  @ParameterizedTest
  @CsvSource({"onednn, oneDNN", "openblas, OpenBLAS"})
  void oneMessageNamesLibraryPlaceAndReason(String backend, String name)
      throws IOException, InterruptedException {
    String modules = System.getProperty("jdk.module.path", "");
    assumeTrue(!modules.isEmpty(), "the tests run on the class path");
    Path model = directory.resolve("tiny.onnx");
    Files.write(model, new TinyModel().bytes());
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-p", modules));
    command.add("-Dgatun.native.dir=" + directory.resolve("none"));
    command.addAll(List.of("-m", "dev.gatun.cli/dev.gatun.cli.Main"));
    command.addAll(List.of("run", model.toString(), "--backend", backend));
    int code =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    List<String> lines =
        Files.readAllLines(err, StandardCharsets.UTF_8).stream()
            .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
            .toList();
    assertEquals(1, code, lines::toString);
    assertEquals(0, Files.size(out));
    assertEquals(2, lines.size(), lines::toString);
    assertEquals("gatun: " + name + " is not available", lines.get(0));
    assertTrue(
        lines.get(1).contains("gatun.native.dir")
            && lines.get(1).contains(directory.resolve("none").toString())
            && lines.get(1).endsWith("there is no such directory"),
        lines::toString);
  }
}
