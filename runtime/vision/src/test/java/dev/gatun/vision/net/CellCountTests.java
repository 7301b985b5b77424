package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Trainer;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Components;
import dev.gatun.vision.Tiling;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Cells in large pictures, by a U-Net that learnt from small ones. */
@Tag("acceptance")
class CellCountTests {
  private static final int SIDE = 48;
  private static final UNet UNET = new UNet(2, 8, 2, true, true, true);

  private static Map<String, Tensor> batch(int size, Random random) {
    float[] x = new float[size * SIDE * SIDE];
    long[] y = new long[x.length];
    for (int i = 0; i < size; i++) {
      Cells cells = Cells.draw(SIDE, 1 + random.nextInt(10), random);
      System.arraycopy(cells.picture().toFloats(), 0, x, i * SIDE * SIDE, SIDE * SIDE);
      System.arraycopy(cells.mask().toLongs(), 0, y, i * SIDE * SIDE, SIDE * SIDE);
    }
    return Map.of("x", Tensor.of(x, size, 1, SIDE, SIDE), "y", Tensor.of(y, size, SIDE, SIDE));
  }

  private static Net trained() {
    Random random = new Random(1);
    int steps = 150;
    try (Trainer trainer =
        Trainer.builder(UNET.net(1, SIDE, SIDE))
            .optimizer(Optimizers.adamW(1e-2))
            .schedule(Schedules.warmupCosine(10, steps))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch(16, random));
      }
      return trainer.net();
    }
  }

  private static Tensor classes(Tensor logits) {
    int area = (int) (logits.shape().size(1) * logits.shape().size(2));
    long[] map = new long[area];
    for (int i = 0; i < area; i++) {
      map[i] = logits.getFloat(area + (long) i) > logits.getFloat(i) ? 1 : 0;
    }
    return Tensor.of(map, logits.shape().size(1), logits.shape().size(2));
  }

  @Test
  void cellsThatTouchAreCountedInLargePictures() {
    Net net = UNET.net(1, Shape.UNKNOWN, Shape.UNKNOWN).withWeights(trained().weights());
    // Two 3x3 convolutions a level, linear enlarging: fewer than 32 pixels to each side.
    Tiling tiling = Tiling.of(128, 64).multiple(4).batch(4);
    Random random = new Random(99);
    int there = 0;
    int found = 0;
    int together = 0;
    try (Session session = net.model().compile()) {
      for (int i = 0; i < 3; i++) {
        int side = 324 + 40 * i;
        Cells cells = Cells.draw(side, side * side / 450, random);
        Tensor x = cells.picture();
        Tensor tiled = tiling.apply(x, t -> session.run("x", t).get("y"));
        Tensor whole = session.run("x", x.reshape(Shape.of(1, 1, side, side))).get("y");
        assertArrayEquals(whole.toFloats(), tiled.toFloats(), 1e-3f);
        Tensor mask = classes(tiled);
        int count = Components.separated(mask, 1).atLeast(20).count();
        assertEquals(cells.count(), count, 0.05 * cells.count());
        there += cells.count();
        found += count;
        together += Components.of(mask).count();
      }
    }
    System.out.printf(
        "cells: %d there, %d found, %d by what hangs together%n", there, found, together);
    assertTrue(together < 0.8 * there, together + " hang together, " + there + " are there");
  }
}
