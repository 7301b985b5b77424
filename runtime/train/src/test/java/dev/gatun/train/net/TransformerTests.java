package dev.gatun.train.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The encoder-decoder: parameters, gradients, what is seen, and that it learns to reverse. */
class TransformerTests {
  private static final int LETTERS = 26;
  private static final int LENGTH = 10;
  private static final long START = LETTERS;

  private static Net net(Transformer transformer, boolean masked) {
    List<Input> two = List.of(Input.of("source", 5, 8), Input.of("target", 4, 8));
    return masked
        ? Net.of(
            List.of(two.get(0), two.get(1), new Input("seen", DType.BOOL, Shape.of(5))),
            in -> transformer.apply(in))
        : Net.of(two, in -> transformer.apply(in));
  }

  @Test
  void valuesAndGradients() {
    Transformer transformer = Transformer.of(2, 2, 1, 12);
    Tensor source = NetCheck.random(1, 2, 5, 8);
    Tensor target = NetCheck.random(2, 2, 4, 8);
    // gelu: relu's kinks are no place for finite differences.
    Transformer smooth = transformer.activation(Activations.gelu());
    NetCheck.check(net(smooth, false), source, target);
    NetCheck.check(net(smooth.normLast(), false), source, target);
  }

  @Test
  void theBaseHasItsParameters() {
    Net base =
        Net.of(
            List.of(Input.of("source", 3, 512), Input.of("target", 2, 512)),
            in -> Transformer.of(8, 6, 6, 2048).apply(in));
    assertEquals(44_140_544, base.parameterCount());
    List<String> names = base.parameters().stream().map(Parameter::name).toList();
    assertEquals(6 * 12 + 6 * 18 + 4, names.size());
    for (String name :
        List.of(
            "encoder.layers.0.self_attn.in_proj_weight",
            "encoder.layers.5.self_attn.out_proj.bias",
            "encoder.layers.5.linear2.weight",
            "encoder.norm.weight",
            "decoder.layers.3.multihead_attn.in_proj_bias",
            "decoder.layers.0.norm3.bias",
            "decoder.norm.bias")) {
      assertTrue(names.contains(name), () -> name + " is none of " + names);
    }
  }

  @Test
  void noPositionSeesWhatComesLater() {
    Net net = net(Transformer.of(2, 1, 2, 12), false);
    Tensor source = NetCheck.random(3, 1, 5, 8);
    Tensor target = NetCheck.random(4, 1, 4, 8);
    Tensor before = NetCheck.run(net, source, target).get("y0");
    for (int t = 0; t < 4; t++) {
      float[] changed = target.toFloats();
      // Not all of them alike: norms would take that out again.
      changed[8 * t] += 1;
      Tensor after = NetCheck.run(net, source, Tensor.of(changed, 1, 4, 8)).get("y0");
      for (int i = 0; i < 8 * t; i++) {
        assertEquals(before.getFloat(i), after.getFloat(i), "at " + i);
      }
      assertTrue(
          Math.abs(before.getFloat(8L * t) - after.getFloat(8L * t)) > 1e-6, "nothing changes");
    }
  }

  @Test
  void paddingOfTheSourceIsNotSeen() {
    Net net = net(Transformer.of(2, 2, 2, 12), true);
    Tensor source = NetCheck.random(5, 1, 5, 8);
    Tensor target = NetCheck.random(6, 1, 4, 8);
    Tensor seen = Tensor.of(new boolean[] {true, true, true, false, false}, 1, 5);
    Tensor before = NetCheck.run(net, source, target, seen).get("y0");
    float[] changed = source.toFloats();
    java.util.Arrays.fill(changed, 24, 40, 100);
    Tensor after = NetCheck.run(net, Tensor.of(changed, 1, 5, 8), target, seen).get("y0");
    for (int i = 0; i < 32; i++) {
      assertEquals(before.getFloat(i), after.getFloat(i), 1e-6f, "at " + i);
    }
    assertThrows(
        GatunException.class,
        () -> Net.of(Shape.of(4, 8), x -> Transformer.of(2, 1, 1, 8).call(x).get(0)));
  }

  private static Net reverser() {
    return Net.of(
        List.of(
            new Input("source", DType.I64, Shape.of(LENGTH)),
            new Input("target", DType.I64, Shape.of(LENGTH))),
        in -> {
          Embedding table = Layers.embedding(LETTERS + 1, 64);
          Flow source = in.get(0).then(table).then(Layers.positions());
          Flow target = in.get(1).then(table).then(Layers.positions());
          return List.of(Transformer.of(4, 2, 2, 128).call(source, target).get(0).dense(LETTERS));
        });
  }

  private static Sample sample(SplittableRandom random) {
    long[] letters = random.longs(LENGTH, 0, LETTERS).toArray();
    long[] reversed = new long[LENGTH];
    long[] before = new long[LENGTH];
    before[0] = START;
    for (int i = 0; i < LENGTH; i++) {
      reversed[i] = letters[LENGTH - 1 - i];
      if (i + 1 < LENGTH) {
        before[i + 1] = reversed[i];
      }
    }
    return Sample.of("source", Tensor.vector(letters), "target", Tensor.vector(before))
        .with("y", Tensor.vector(reversed));
  }

  @Test
  @Tag("acceptance")
  void itLearnsToReverse() {
    int steps = 1000;
    SplittableRandom random = new SplittableRandom(1);
    try (Trainer trainer =
        Trainer.builder(reverser())
            .loss(Losses.softmaxCrossEntropy().lastAxis())
            .optimizer(Optimizers.adam(2e-3))
            .schedule(Schedules.warmupCosine(100, steps))
            .clip(Clipping.norm(1))
            .seed(2)
            .build()) {
      trainer.fit(
          Dataset.of(steps * 64L, i -> sample(new SplittableRandom(i + 1000))).batch(64),
          Epochs.of(1));
      int count = 400;
      int exact = 0;
      for (int n = 0; n < count; n++) {
        Sample wanted = sample(random);
        long[] target = new long[LENGTH];
        target[0] = START;
        long[] said = new long[LENGTH];
        for (int t = 0; t < LENGTH; t++) {
          said[t] = best(trainer, wanted.get("source"), target, t);
          if (t + 1 < LENGTH) {
            target[t + 1] = said[t];
          }
        }
        exact += java.util.Arrays.equals(said, wanted.get("y").toLongs()) ? 1 : 0;
      }
      System.out.printf("reversed: %.4f%n", (double) exact / count);
      assertTrue(exact >= 0.95 * count, exact + " of " + count);
    }
  }

  private static long best(Trainer trainer, Tensor source, long[] target, int at) {
    Map<String, Tensor> inputs =
        Map.of(
            "source", source.reshape(Shape.of(1, LENGTH)),
            "target", Tensor.of(target, 1, LENGTH));
    try (var outputs = trainer.predict(inputs)) {
      float[] logits = outputs.get(outputs.asMap().keySet().iterator().next()).toFloats();
      int best = 0;
      for (int w = 0; w < LETTERS; w++) {
        best = logits[at * LETTERS + w] > logits[at * LETTERS + best] ? w : best;
      }
      return best;
    }
  }
}
