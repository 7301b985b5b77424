package dev.gatun.formats.onnx;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.wire.WireWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged and hostile models end in a clear error, in bounded time and memory. */
class RobustnessTests {
  private static final int F32 = 1;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** Small models with all sorts of content: control flow, strings, trees, attention. */
  private static List<byte[]> samples() throws IOException {
    List<byte[]> samples = new ArrayList<>();
    samples.add(own().bytes());
    Path models = SharedFiles.onnx("models");
    if (Files.isDirectory(models)) {
      samples.add(Files.readAllBytes(models.resolve("onnxzoo_mnist8/model.onnx")));
      samples.add(Files.readAllBytes(models.resolve("tribuo_lr_mnist/model.onnx")));
    }
    Path conformance = Path.of("target", "conformance", "node");
    if (Files.isDirectory(conformance)) {
      try (Stream<Path> tests = Files.list(conformance)) {
        for (Path test : tests.sorted().toList()) {
          if (Math.floorMod(test.getFileName().toString().hashCode(), 40) == 0) {
            samples.add(Files.readAllBytes(test.resolve("model.onnx")));
          }
        }
      }
    }
    return samples;
  }

  private static ModelWriter own() {
    return new ModelWriter()
        .opset("", 17)
        .input("x", F32, 1, 2, 8, 8)
        .initializer("w", dev.gatun.core.tensor.Tensor.of(new float[36], 2, 2, 3, 3))
        .node("Conv", List.of("x", "w"), List.of("a"))
        .node("Relu", List.of("a"), List.of("b"))
        .node("GlobalAveragePool", List.of("b"), List.of("c"))
        .node("Flatten", List.of("c"), List.of("d"))
        .node("Softmax", List.of("d"), List.of("y"), ModelWriter.attr("axis", 1L))
        .output("y", F32, 1, 2);
  }

  /** Loads; true when it was refused in the ways that are allowed. */
  private boolean refused(byte[] bytes) throws IOException {
    Path file = folder.resolve("damaged.onnx");
    Files.write(file, bytes);
    try {
      Onnx.load(file);
      return false;
    } catch (GatunException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("damaged.onnx"), e.toString());
      return true;
    }
  }

  @Test
  void truncationAtAnyPlaceIsRefusedOrHarmless() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          int refused = 0;
          for (byte[] sample : samples()) {
            int step = Math.max(1, sample.length / 60);
            for (int length = 0; length < sample.length; length += step) {
              refused += refused(java.util.Arrays.copyOf(sample, length)) ? 1 : 0;
            }
          }
          assertTrue(refused > 100);
        });
  }

  @Test
  void flippedBytesAreRefusedOrHarmless() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          Random random = new Random(42);
          List<byte[]> samples = samples();
          int refused = 0;
          for (int i = 0; i < 600; i++) {
            byte[] bytes = samples.get(i % samples.size()).clone();
            // Most of a real model is weights; the structure is what can go wrong.
            int range = Math.min(bytes.length, 4000);
            for (int k = 0; k <= i % 4; k++) {
              int at =
                  random.nextBoolean()
                      ? random.nextInt(range)
                      : bytes.length - 1 - random.nextInt(range);
              bytes[at] = (byte) random.nextInt(256);
            }
            refused += refused(bytes) ? 1 : 0;
          }
          assertTrue(refused > 90, "only " + refused);
        });
  }

  @Test
  void claimedLengthsBeyondTheFileAreRefused() throws IOException {
    for (long claim : new long[] {100, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, -1}) {
      for (int field : new int[] {2, 7, 8, 14}) {
        byte[] head = new WireWriter().integer(1, 8).integer(field, claim).toBytes();
        // The same bytes with the wire type of a length instead of a number.
        byte[] bytes = head.clone();
        bytes[2] = (byte) (field << 3 | 2);
        assertTrue(refused(bytes), "field " + field + " claims " + claim);
      }
    }
  }

  @Test
  void deepNestingIsRefused() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          WireWriter graph = new WireWriter().text(2, "leaf");
          for (int depth = 0; depth < 2000; depth++) {
            graph =
                new WireWriter()
                    .message(
                        1,
                        ModelWriter.nodeOf(
                            "If",
                            List.of("c"),
                            List.of("y"),
                            ModelWriter.attr("then_branch", graph)));
          }
          byte[] bytes = new WireWriter().integer(1, 8).message(7, graph).toBytes();
          Path file = folder.resolve("deep.onnx");
          Files.write(file, bytes);
          FormatException e = assertThrows(FormatException.class, () -> Onnx.load(file));
          assertTrue(String.valueOf(e.getMessage()).contains("nested"), e.toString());
        });
  }

  @Test
  void hugeTensorsInSmallFilesAreRefused() throws IOException {
    for (long[] dims :
        new long[][] {{1L << 40}, {1L << 31, 1L << 31}, {Long.MAX_VALUE, 2}, {-1}, {1 << 30, 3}}) {
      for (String doc : List.of("", "fill")) {
        WireWriter tensor =
            new WireWriter().integers(1, dims).integer(2, F32).text(8, "w").text(12, doc);
        Path file = folder.resolve("huge.onnx");
        Files.write(
            file, new ModelWriter().opset("", 17).initializer(tensor).output("w", F32).bytes());
        LoadOptions options = LoadOptions.defaults().withFillMissing();
        assertThrows(OnnxException.class, () -> Onnx.load(file, options));
      }
      WireWriter sparse =
          new WireWriter()
              .bytes(
                  1,
                  dev.gatun.formats.onnx.proto.DatumProto.write(
                      "w", dev.gatun.core.tensor.Tensor.of(new float[] {1}, 1)))
              .bytes(
                  2,
                  dev.gatun.formats.onnx.proto.DatumProto.write(
                      "", dev.gatun.core.tensor.Tensor.vector(0)))
              .integers(3, dims);
      assertTrue(refused(new ModelWriter().opset("", 17).sparse(sparse).output("w", F32).bytes()));
    }
  }

  @Test
  void functionsThatMultiplyAreBounded() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          ModelWriter model = new ModelWriter().opset("", 17).opset("my", 1).input("x", F32, 1);
          int levels = 12;
          for (int level = 0; level < levels; level++) {
            WireWriter function =
                new WireWriter().text(1, "f" + level).text(10, "my").text(4, "a").text(5, "b9");
            for (int i = 0; i < 10; i++) {
              String from = i == 0 ? "a" : "b" + (i - 1);
              WireWriter node =
                  level == 0
                      ? ModelWriter.nodeOf("Neg", List.of(from), List.of("b" + i))
                      : ModelWriter.nodeOf("f" + (level - 1), List.of(from), List.of("b" + i))
                          .text(7, "my");
              function.message(7, node);
            }
            function.message(9, new WireWriter().text(1, "").integer(2, 17));
            model.function(function);
          }
          model.node(
              ModelWriter.nodeOf("f" + (levels - 1), List.of("x"), List.of("y")).text(7, "my"));
          Path file = folder.resolve("bomb.onnx");
          Files.write(file, model.output("y", F32, 1).bytes());
          FormatException e = assertThrows(FormatException.class, () -> Onnx.load(file));
          assertTrue(String.valueOf(e.getMessage()).contains("nodes"), e.toString());
        });
  }

  @Test
  void attributesOfAbsurdSizeDoNotAllocate() {
    assumeTrue(Runtime.getRuntime().maxMemory() > 0);
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          for (long value : new long[] {Long.MAX_VALUE, 1L << 40, -1, Long.MIN_VALUE}) {
            for (String op :
                List.of("Flatten", "Concat", "Softmax", "DepthToSpace", "Split", "LRN")) {
              for (String attribute : List.of("axis", "blocksize", "num_outputs", "size")) {
                refused(
                    new ModelWriter()
                        .opset("", 18)
                        .input("x", F32, 1, 4, 2, 2)
                        .node(op, List.of("x"), List.of("y"), ModelWriter.attr(attribute, value))
                        .output("y", F32)
                        .bytes());
              }
            }
          }
        });
  }
}
