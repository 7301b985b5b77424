package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sizes of U-Nets. */
class UNetTests {
  /** Numbers that nobody looks at take no time. */
  private record Zeros() implements Recipe {
    @Override
    public void write(MemorySegment to) {
      to.fill((byte) 0);
    }
  }

  private static long parameters(UNet net, long channels) {
    return Net.of(
            List.of(Input.of("x", channels, 16, 16)),
            in -> Map.of("y", net.apply(Objects.requireNonNull(in.get("x")))),
            p -> Optional.of(Tensor.computed(p.dtype(), p.shape(), new Zeros())))
        .parameterCount();
  }

  @Test
  void parametersAreThePublishedOnes() {
    assertEquals(31_030_658, parameters(UNet.of(2), 1));
    assertEquals(31_037_633, parameters(UNet.of(1).withNorm(), 3));
  }

  @Test
  void mapsAreAsLargeAsPictures() {
    for (int depth = 1; depth <= 3; depth++) {
      UNet small = UNet.of(5).sizes(4, depth);
      for (UNet net : new UNet[] {small, small.withLinear().withNorm(), small.withoutSkips()}) {
        try (Session session = net.net(2, 16, 24).model().compile()) {
          Tensor y = session.run("x", Tensor.of(new float[3 * 2 * 16 * 24], 3, 2, 16, 24)).get("y");
          assertEquals(Shape.of(3, 5, 16, 24), y.shape());
        }
      }
    }
    String message =
        String.valueOf(
            assertThrows(GatunException.class, () -> UNet.of(2).net(1, 24, 16)).getMessage());
    assertTrue(message.contains("divisible by 16"), message);
  }
}
