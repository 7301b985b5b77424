package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.train.net.Net;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights go into a file and come back. */
class WeightsTests {
  @TempDir private Path folder = Path.of("");

  private static Net net(long hidden) {
    return Net.of(Shape.of(1, 8, 8), x -> x.conv2d(3, 3).batchNorm().flatten().dense(hidden));
  }

  private static float[] output(Net net) {
    Tensor x = Digits.load().take(5).batch(5).open(0).next().get("x");
    try (Session session = net.model().compile()) {
      return session.run("x", x).get("y").toFloats().clone();
    }
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  @Test
  void aLoadedNetGivesTheSameBits() {
    Net trained;
    try (Trainer trainer = Trainer.builder(net(10)).build()) {
      trainer.fit(Digits.load().take(64).batch(32), Epochs.of(1));
      trained = trainer.net();
    }
    Path file = folder.resolve("net.safetensors");
    Weights.save(trained, file);
    Net loaded = Weights.load(net(10).initialize(9), file);
    assertEquals(trained.weights(), loaded.weights());
    assertArrayEquals(output(trained), output(loaded));
    // Over the file that was there.
    Weights.save(loaded, file);
    assertEquals(trained.weights(), Weights.load(net(10), file).weights());
  }

  @Test
  void whatIsDamagedOrOfAnotherNetIsRefused() throws Exception {
    Path file = folder.resolve("net.safetensors");
    Weights.save(net(10), file);
    byte[] whole = Files.readAllBytes(file);
    int start = whole.length - 4 * (10 * 108 + 10);
    for (int at : new int[] {start, whole.length - 1}) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertTrue(message(() -> Weights.load(net(10), file)).contains("checksum"));
    }
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
    assertTrue(message(() -> Weights.load(net(10), file)).contains("net.safetensors"));
    Files.write(file, new byte[40]);
    assertThrows(GatunException.class, () -> Weights.load(net(10), file));
    Files.write(file, whole);
    assertTrue(message(() -> Weights.load(net(11), file)).contains("dense1.weight"));
    assertTrue(
        message(
                () ->
                    Weights.load(Net.of(Shape.of(2), x -> x.dense(1).named("more").dense(1)), file))
            .contains("more.weight"));
    Map<String, Tensor> tensors = new HashMap<>(net(10).weights());
    Safetensors.write(file, tensors, Map.of("gatun.weights", "2"));
    assertTrue(message(() -> Weights.load(net(10), file)).contains("version '2'"));
    Safetensors.write(file, tensors, Map.of());
    assertTrue(message(() -> Weights.load(net(10), file)).contains("version 'none'"));
  }
}
