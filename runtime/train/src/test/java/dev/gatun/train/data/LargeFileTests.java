package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import java.io.File;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets larger than the heap, and loading on several threads at once. */
class LargeFileTests {
  private static final int ROWS = 40_000;
  private static final int WIDTH = 4096;

  @TempDir private Path folder = Path.of("");

  /**
   * Run as a program in a JVM of its own: learns from the file what the first byte of a row says.
   */
  public static final class Learner {
    private Learner() {}

    /** Prints the weight that it found. */
    public static void main(String[] args) {
      IndexedDataset rows = Dataset.of(java.util.Map.of("x", Idx.read(Path.of(args[0]))));
      double weight = 0;
      try (BatchCursor cursor = rows.shuffle(1).batch(64).prefetch(2).open(0)) {
        while (cursor.hasNext()) {
          try (Batch batch = cursor.next()) {
            double gradient = 0;
            for (int i = 0; i < batch.rows(); i++) {
              double x = batch.get("x").getDouble((long) i * WIDTH) / 255;
              double y = batch.get("x").getDouble((long) i * WIDTH + WIDTH - 1) / 255;
              gradient += 2 * (weight * x - y) * x / batch.rows();
            }
            weight -= 0.5 * gradient;
          }
        }
      }
      System.out.println(Runtime.getRuntime().maxMemory() + " " + weight);
    }
  }

  @Test
  void trainsFromAFileLargerThanTheHeap() throws Exception {
    Path file = folder.resolve("large.idx");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.writeInt(0x0802);
      out.writeInt(ROWS);
      out.writeInt(WIDTH);
      // Most of the file is a hole, which takes no place on the disk.
      out.setLength(12L + (long) ROWS * WIDTH);
      for (int i = 0; i < ROWS; i += 4) {
        out.seek(12L + (long) i * WIDTH);
        out.write(200);
        out.seek(12L + (long) i * WIDTH + WIDTH - 1);
        out.write(100);
      }
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx48m");
    command.add("-cp");
    command.add(
        System.getProperty("jdk.module.path", "")
            + File.pathSeparator
            + System.getProperty("java.class.path", "")
            + File.pathSeparator
            + Path.of(
                LargeFileTests.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            + File.pathSeparator
            + Path.of(
                    LargeFileTests.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolveSibling("test-classes"));
    command.add(Learner.class.getName());
    command.add(file.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), printed);
    String last = printed.strip().lines().reduce((a, b) -> b).orElse("");
    int space = last.indexOf(' ');
    assertTrue(Long.parseLong(last.substring(0, space)) < (long) ROWS * WIDTH / 2, printed);
    assertEquals(0.5, Double.parseDouble(last.substring(space + 1)), 1e-3);
  }

  @Test
  void asManySamplesAsThreadsAreLoadedAtOnce() {
    // Nobody passes the barrier before four threads wait at it: one thread would wait for ever.
    CyclicBarrier barrier = new CyclicBarrier(4);
    IndexedDataset waiting =
        Dataset.of(
            16,
            index -> {
              try {
                barrier.await(30, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new IllegalStateException("loaded alone", e);
              }
              return Sample.of("x", Tensor.scalar(index));
            });
    try (BatchCursor cursor = waiting.batch(1).prefetch(4).open(0)) {
      for (int i = 0; i < 16; i++) {
        assertEquals(i, cursor.next().get("x").getLong(0));
      }
    }
  }
}
