package dev.gatun.formats.onnx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Model;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.formats.onnx.conformance.TestResult.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ONNX backend tests, each read, written again, read again and run. */
class ExportConformanceTests {
  /** Of the tests that pass without it, so many may be refused by name: bit casts, texts, trees. */
  private static final int REFUSED = 39;

  private static final int PASSING = 1000;

  /** The quick test takes one in so many. */
  private static final int SAMPLED = 4;

  @TempDir Path directory;

  /** Exports a model and runs what came of it. */
  private final class Exported implements ModelRunner {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public Prepared prepare(Model model) {
      Path file = directory.resolve("m" + count.incrementAndGet() + ".onnx");
      OnnxExport.write(model, file);
      return ModelRunner.REFERENCE.prepare(Onnx.load(file));
    }
  }

  @Test
  void exportedModelsMeanTheSame() throws IOException {
    run(SAMPLED);
  }

  @Test
  @Tag("acceptance")
  void allExportedModelsMeanTheSame() throws IOException {
    run(1);
  }

  private void run(int every) throws IOException {
    Path suite = Suite.unpacked();
    Duration limit = Duration.ofSeconds(30);
    ConformanceSuite plain = new ConformanceSuite(ModelRunner.REFERENCE, Tolerance.DEFAULT, limit);
    ConformanceSuite exported = new ConformanceSuite(new Exported(), Tolerance.DEFAULT, limit);
    List<TestResult> broken = new ArrayList<>();
    List<TestResult> refused = new ArrayList<>();
    int passed = 0;
    for (Path test : Suite.sample(suite, every)) {
      for (TestResult result : exported.run(test, r -> {})) {
        if (result.status() == Status.PASSED) {
          passed++;
        } else if (plain.run(test, r -> {}).stream()
            .anyMatch(r -> r.name().equals(result.name()) && r.status() == Status.PASSED)) {
          (result.status() == Status.FAILED ? broken : refused).add(result);
        }
      }
    }
    assertEquals(List.of(), broken);
    int found = passed;
    assertTrue(refused.size() <= REFUSED, refused::toString);
    assertTrue(found > PASSING / every / 2, () -> "only " + found + " passed");
  }
}
