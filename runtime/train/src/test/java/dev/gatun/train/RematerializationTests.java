package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Explanation;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Rematerialize;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.CrossEntropy;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Module;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Training that computes activations again: the same weights bit for bit as training that keeps
 * them, in an arena that is smaller by what the tests say.
 */
class RematerializationTests {
  private static final int STEPS = 2;

  /** Small nets of blocks that look like each other, with what each must save. */
  enum Task {
    MLP(0.45, 0.55),
    RESNET(0.55, 0.65),
    ENCODER(0.3, 0.55);

    /** Part of the plain arena that is enough with every block marked. */
    private final double marked;

    /** Part of the plain arena that a budget may ask for. */
    private final double least;

    Task(double marked, double least) {
      this.marked = marked;
      this.least = least;
    }

    Net net(UnaryOperator<Layer> block) {
      Net net =
          switch (this) {
            case MLP -> Net.of(Shape.of(32), x -> mlp(x, block));
            case RESNET -> Net.of(Shape.of(3, 12, 12), x -> resnet(x, block));
            case ENCODER -> Net.of(Input.ids("x", 24), x -> encoder(x, block));
          };
      return net.initialize(3);
    }

    private static Flow mlp(Flow x, UnaryOperator<Layer> block) {
      Flow y = x;
      for (int i = 0; i < 8; i++) {
        y = y.then(block.apply(z -> z.dense(32).gelu().dropout(0.1).dense(32).tanh()));
      }
      return y.dense(5);
    }

    private static Flow resnet(Flow x, UnaryOperator<Layer> block) {
      Layer branch =
          z ->
              z.conv2d(16, 3, c -> c.pad(1).withoutBias())
                  .batchNorm()
                  .relu()
                  .spatialDropout(0.1)
                  .conv2d(16, 3, c -> c.pad(1).withoutBias())
                  .batchNorm();
      Flow y = x.conv2d(16, 3, c -> c.pad(1)).batchNorm().relu();
      for (int i = 0; i < 5; i++) {
        y = y.then(block.apply(z -> z.residual(branch).relu()));
      }
      return y.globalAvgPool().dense(5);
    }

    private static Flow encoder(Flow ids, UnaryOperator<Layer> block) {
      Flow y = ids.embedding(50, 32).then(Layers.learnedPositions());
      for (int i = 0; i < 5; i++) {
        y = y.then(block.apply(Layers.encoderBlock(Layers.selfAttention(2), 128, 0.1)));
      }
      return y.layerNorm().dense(5);
    }

    Map<String, Tensor> batch(boolean large) {
      int images = large ? 32 : 3;
      int texts = large ? 24 : 6;
      return switch (this) {
        case MLP -> Map.of("x", numbers(256, 32), "y", classes(5, 256));
        case RESNET -> Map.of("x", numbers(images, 3, 12, 12), "y", classes(5, images));
        case ENCODER -> Map.of("x", classes(50, texts, 24), "y", classes(5, texts, 24));
      };
    }

    Trainer trainer(UnaryOperator<Layer> block, UnaryOperator<TrainerBuilder> options) {
      CrossEntropy loss = Losses.softmaxCrossEntropy();
      TrainerBuilder builder =
          Trainer.builder(net(block))
              .loss(this == ENCODER ? loss.lastAxis() : loss)
              .optimizer(Optimizers.sgd(0.05))
              .session(SessionOptions.DEFAULT.threads(2));
      return options.apply(builder).build();
    }
  }

  private static Tensor numbers(long... sizes) {
    Random random = new Random(5);
    float[] numbers = new float[Math.toIntExact(Shape.of(sizes).elements())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return Tensor.of(numbers, sizes);
  }

  private static Tensor classes(int count, long... sizes) {
    Random random = new Random(7);
    long[] numbers = new long[Math.toIntExact(Shape.of(sizes).elements())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(count);
    }
    return Tensor.of(numbers, sizes);
  }

  private record Result(Map<String, Tensor> weights, Explanation plan) {}

  private static Result train(
      Task task, boolean large, UnaryOperator<Layer> block, UnaryOperator<TrainerBuilder> options) {
    try (Trainer trainer = task.trainer(block, options)) {
      for (int i = 0; i < STEPS; i++) {
        trainer.step(task.batch(large));
      }
      return new Result(trainer.net().weights(), trainer.explain());
    }
  }

  private static Result plain(Task task, UnaryOperator<TrainerBuilder> options) {
    return train(task, true, layer -> layer, options);
  }

  private static Result marked(Task task, UnaryOperator<TrainerBuilder> options) {
    return train(task, true, Layer::checkpointed, options);
  }

  /**
   * The same kernels run, but sums over lanes may differ in the last bit before and after the JIT
   * has compiled them: only nets without norms over rows and attention are equal bit by bit here.
   */
  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> found) {
    if (expected.keySet().stream().noneMatch(name -> name.contains("layerNorm"))) {
      assertEquals(expected, found);
      return;
    }
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach(
        (name, tensor) -> {
          Tensor other = Objects.requireNonNull(found.get(name));
          for (long i = 0; i < tensor.elements(); i++) {
            assertEquals(tensor.getFloat(i), other.getFloat(i), 2e-5f, name);
          }
        });
  }

  private static void assertSaves(double share, Result plain, Result small) {
    assertSame(plain.weights(), small.weights());
    assertTrue(
        small.plan().arenaBytes() <= share * plain.plan().arenaBytes(),
        () -> plain.plan().arenaBytes() + " bytes before, now " + small.plan());
    assertEquals(small.plan().savedBytes(), plain.plan().arenaBytes() - small.plan().arenaBytes());
    assertTrue(small.plan().recomputed() > 0);
  }

  /** Batches so small that gradients of weights take about as much as activations. */
  @ParameterizedTest
  @EnumSource
  void smallBatchesSaveSomething(Task task) {
    Result plain = train(task, false, layer -> layer, o -> o);
    assertSaves(0.9, plain, train(task, false, Layer::checkpointed, o -> o));
  }

  @Test
  void blocksAndBudgetsGoTogether() {
    Result plain = plain(Task.MLP, o -> o);
    assertSaves(Task.MLP.marked, plain, marked(Task.MLP, o -> o));
    long budget = (long) (Task.MLP.least * plain.plan().arenaBytes());
    assertSaves(Task.MLP.least, plain, plain(Task.MLP, o -> o.memoryBudget(budget)));
    assertSaves(Task.MLP.marked, plain, marked(Task.MLP, o -> o.memoryBudget(budget)));
  }

  @Tag("acceptance")
  @ParameterizedTest
  @EnumSource
  void checkpointedBlocksAreComputedAgain(Task task) {
    assertSaves(task.marked, plain(task, o -> o), marked(task, o -> o));
  }

  @Tag("acceptance")
  @ParameterizedTest
  @EnumSource
  void aBudgetIsKept(Task task) {
    Result plain = plain(task, o -> o);
    for (double share : new double[] {0.85, task.least}) {
      long budget = (long) (share * plain.plan().arenaBytes());
      assertSaves(share, plain, plain(task, o -> o.memoryBudget(budget)));
    }
  }

  @Tag("acceptance")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientAccumulationAndMixedPrecision(boolean half) {
    UnaryOperator<TrainerBuilder> options =
        o -> o.accumulate(2).precision(half ? MixedPrecision.float16() : MixedPrecision.bfloat16());
    Result plain = plain(Task.ENCODER, options);
    assertSaves(0.7, plain, marked(Task.ENCODER, options));
    long budget = (long) (0.7 * plain.plan().arenaBytes());
    assertSaves(0.7, plain, plain(Task.ENCODER, o -> options.apply(o).memoryBudget(budget)));
  }

  @Test
  void namesAndSharingAreThoseWithoutTheMark() {
    Layer shared = Layer.shared(x -> x.dense(4).relu());
    Layer marked = Layer.checkpointed(shared);
    Net net =
        Net.of(Shape.of(4), x -> x.then(marked).then(shared).then(Layer.checkpointed(shared)));
    assertEquals(
        Net.of(Shape.of(4), x -> x.then(shared).then(shared).then(shared)).weights().keySet(),
        net.weights().keySet());
    assertEquals(2, net.parameters().size());
  }

  @Test
  void modulesOfSeveralValuesAreMarkedToo() {
    Module mix = in -> List.of(in.get(0).dense(8).tanh().mul(in.get(1).dense(8).tanh()));
    Module marked = Module.checkpointed(mix);
    Net plain = Net.of(Shape.of(8), x -> mix.call(x, x.tanh()).get(0).dense(5));
    Net small = Net.of(Shape.of(8), x -> marked.call(x, x.tanh()).get(0).dense(5));
    assertEquals(plain.weights(), small.weights());
    Map<String, Tensor> batch = Map.of("x", numbers(64, 8), "y", classes(5, 64));
    try (Trainer a = Trainer.builder(plain).loss(Losses.softmaxCrossEntropy()).build();
        Trainer b = Trainer.builder(small).loss(Losses.softmaxCrossEntropy()).build()) {
      a.step(batch);
      b.step(batch);
      assertEquals(a.net().weights(), b.net().weights());
      assertTrue(b.explain().recomputed() > 0);
    }
  }

  @Test
  void anImpossibleBudgetNamesWhatIsPossible() {
    try (Trainer trainer = Task.MLP.trainer(layer -> layer, o -> o.memoryBudget(100_000))) {
      GatunException error =
          assertThrows(GatunException.class, () -> trainer.step(Task.MLP.batch(false)));
      assertTrue(
          String.valueOf(error.getMessage()).contains("values of a run may take 0.100 MB"),
          String.valueOf(error.getMessage()));
    }
    assertThrows(GatunException.class, () -> Task.MLP.trainer(l -> l, o -> o.memoryBudget(0)));
  }

  @Test
  void itIsSwitchedOffByName() {
    Result plain = plain(Task.MLP, o -> o);
    Result off =
        marked(
            Task.MLP,
            o -> o.session(SessionOptions.DEFAULT.threads(2).without(Rematerialize.NAME)));
    assertEquals(plain.weights(), off.weights());
    assertEquals(plain.plan().arenaBytes(), off.plan().arenaBytes());
  }
}
