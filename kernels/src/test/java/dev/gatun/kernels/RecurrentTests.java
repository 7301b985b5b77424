package dev.gatun.kernels;

import static dev.gatun.kernels.FloatBuffers.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.kernels.FloatBuffers.Buffer;
import dev.gatun.kernels.RecurrentActivation.Kind;
import dev.gatun.kernels.RecurrentF32.Packed;
import dev.gatun.kernels.RecurrentF32.Places;
import dev.gatun.kernels.RecurrentLayer.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** LSTM, GRU and RNN sequences against double precision. */
@Tag("slow")
class RecurrentTests {
  private static final double CLOSE = 3e-5;
  private static final int X = 0;
  private static final int LENGTHS = 1;
  private static final int H0 = 2;
  private static final int C0 = 3;
  private static final int Y = 4;
  private static final int YH = 5;
  private static final int YC = 6;
  private static final int SCRATCH = 7;

  /** How the tasks of the steps are run. */
  private interface Runner {
    void run(int tasks, IntConsumer task);
  }

  private static final Runner IN_TURN =
      (tasks, task) -> {
        for (int t = 0; t < tasks; t++) {
          task.accept(t);
        }
      };

  private static final Runner BACKWARDS =
      (tasks, task) -> {
        for (int t = tasks - 1; t >= 0; t--) {
          task.accept(t);
        }
      };

  private static RecurrentLayer layer(Cell cell, int steps, int batch, int hidden) {
    List<RecurrentActivation> usual =
        switch (cell) {
          case LSTM ->
              List.of(
                  RecurrentActivation.SIGMOID, RecurrentActivation.TANH, RecurrentActivation.TANH);
          case RNN -> List.of(RecurrentActivation.TANH);
          default -> List.of(RecurrentActivation.SIGMOID, RecurrentActivation.TANH);
        };
    return new RecurrentLayer(cell, steps, batch, 5, hidden, 1, false, false, false, 0, usual);
  }

  private static RecurrentLayer with(
      RecurrentLayer l, int directions, boolean reverse, boolean batchFirst, float clip) {
    List<RecurrentActivation> act = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      act.addAll(l.activations().subList(0, l.cell().activations()));
    }
    return new RecurrentLayer(
        l.cell(),
        l.steps(),
        l.batch(),
        l.features(),
        l.hidden(),
        directions,
        reverse,
        batchFirst,
        l.coupled(),
        clip,
        act);
  }

  private static RecurrentLayer with(
      RecurrentLayer l, boolean coupled, List<RecurrentActivation> activations) {
    return new RecurrentLayer(
        l.cell(),
        l.steps(),
        l.batch(),
        l.features(),
        l.hidden(),
        l.directions(),
        l.reverse(),
        l.batchFirst(),
        coupled,
        l.clip(),
        activations);
  }

  private static RecurrentTwin random(RecurrentLayer l, boolean extras) {
    Random random = new Random(11);
    int n = l.hidden();
    int rows = l.directions() * l.cell().gates() * n;
    float reach = (float) (1 / Math.sqrt(n));
    int states = extras ? l.directions() * l.batch() * n : 0;
    int[] lengths = new int[extras ? l.batch() : 0];
    for (int b = 0; b < lengths.length; b++) {
      lengths[b] = Math.max(0, l.steps() - 2 * b);
    }
    boolean lstm = l.cell() == Cell.LSTM;
    return new RecurrentTwin(
        l,
        FloatBuffers.uniform(random, l.steps() * l.batch() * l.features(), -2, 2),
        FloatBuffers.uniform(random, rows * l.features(), -1, 1),
        FloatBuffers.uniform(random, rows * n, -reach, reach),
        FloatBuffers.uniform(random, extras ? 2 * rows : 0, -1, 1),
        lengths,
        FloatBuffers.uniform(random, states, -1, 1),
        FloatBuffers.uniform(random, lstm ? states : 0, -1, 1),
        FloatBuffers.uniform(random, lstm && extras ? l.directions() * 3 * n : 0, -1, 1));
  }

  private static void check(RecurrentTwin twin, int blocks, int slices, Runner runner) {
    RecurrentLayer l = twin.layer();
    boolean lstm = l.cell() == Cell.LSTM;
    double[][] expected = twin.run();
    try (FloatBuffers m = new FloatBuffers()) {
      boolean lengths = twin.lengths().length > 0;
      Places places =
          new Places(
              X,
              lengths ? LENGTHS : -1,
              twin.h0().length > 0 ? H0 : -1,
              twin.c0().length > 0 ? C0 : -1,
              Y,
              YH,
              lstm ? YC : -1,
              -1,
              -1,
              SCRATCH,
              twin.peepholes().length > 0);
      RecurrentSplit split = new RecurrentSplit(blocks, RecurrentColumns.of(l, slices));
      RecurrentF32 plan = new RecurrentF32(l, places, split, 2);
      Buffer w = blank(m, plan.weightBytes(l.features()));
      Buffer r = blank(m, plan.weightBytes(l.hidden()));
      Buffer v = blank(m, plan.biasBytes());
      Buffer p = blank(m, plan.peepholeBytes());
      plan.packWeights(m.of(twin.w()).at(), l.features(), w.at());
      plan.packWeights(m.of(twin.r()).at(), l.hidden(), r.at());
      long bias = twin.bias().length > 0 ? m.of(twin.bias()).at() : 0;
      plan.packBiases(bias, v.at());
      if (twin.peepholes().length > 0) {
        plan.packPeepholes(m.of(twin.peepholes()).at(), p.at());
      }
      Buffer steps = m.blank(twin.lengths().length);
      for (int b = 0; b < twin.lengths().length; b++) {
        Memory.ALL.set(Memory.I32, steps.at() + 4L * b, twin.lengths()[b]);
      }
      Buffer y = m.blank(expected[0].length);
      Buffer yh = m.blank(expected[1].length);
      Buffer yc = m.blank(expected[2].length);
      // Aligned to words of 8 bytes, as the state of a gang needs.
      Buffer scratch = blank(m, plan.scratchBytes() + 8);
      long[] buffers = {
        m.of(twin.x()).at(),
        steps.at(),
        m.of(twin.h0()).at(),
        m.of(twin.c0()).at(),
        y.at(),
        yh.at(),
        yc.at(),
        Math.ceilDiv(scratch.at(), 8L) * 8
      };
      RecurrentF32 bound = plan.bind(new Packed(w.at(), r.at(), v.at(), p.at(), false));
      for (int round = 0; round < 2; round++) { // the second finds what the first left behind
        for (int task = 0; task < bound.inputTasks(); task++) {
          bound.input(buffers, task);
        }
        bound.begin(buffers);
        runner.run(bound.tasks(), task -> bound.run(buffers, task));
        String what = " of " + l + " in " + bound.describe();
        assertClose(expected[0], y.floats(), CLOSE, CLOSE, "y" + what);
        assertClose(expected[1], yh.floats(), CLOSE, CLOSE, "yh" + what);
        if (lstm) {
          assertClose(expected[2], yc.floats(), CLOSE, CLOSE, "yc" + what);
        }
      }
    }
  }

  private static Buffer blank(FloatBuffers m, long bytes) {
    return m.blank(Math.toIntExact(Math.ceilDiv(bytes, 4)));
  }

  @ParameterizedTest
  @EnumSource
  void agreesAtOddSizes(Cell cell) {
    int l = Lanes.F32_LENGTH;
    for (int hidden : new int[] {1, l - 1, l, 2 * l + 1, 4 * l + 3}) {
      for (int batch : new int[] {1, 13}) {
        check(random(layer(cell, 3, batch, hidden), false), 1, 1, IN_TURN);
        check(random(layer(cell, 3, batch, hidden), true), Math.min(2, batch), 3, BACKWARDS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesBothWaysInEitherLayout(Cell cell) {
    int hidden = 2 * Lanes.F32_LENGTH + 3;
    for (boolean extras : new boolean[] {false, true}) {
      for (boolean batchFirst : new boolean[] {false, true}) {
        RecurrentLayer base = layer(cell, 5, 3, hidden);
        check(random(with(base, 2, false, batchFirst, 0), extras), 2, 2, IN_TURN);
        check(random(with(base, 1, true, batchFirst, 0.5f), extras), 1, 2, IN_TURN);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void sumsDeeperThanABlockGoThroughMemory(Cell cell) {
    int hidden = GemmTilesF32.DEPTH + 9;
    check(random(layer(cell, 2, 2, hidden), false), 1, 2, IN_TURN);
    check(random(layer(cell, 2, 1, hidden), false), 1, 2, IN_TURN);
  }

  @ParameterizedTest
  @EnumSource
  void everyActivation(Kind kind) {
    RecurrentActivation odd = new RecurrentActivation(kind, 0.4, 0.3);
    int hidden = Lanes.F32_LENGTH + 1;
    for (boolean extras : new boolean[] {false, true}) {
      for (boolean coupled : new boolean[] {false, true}) {
        RecurrentLayer lstm = with(layer(Cell.LSTM, 2, 2, hidden), 1, false, false, 0.9f);
        check(random(with(lstm, coupled, List.of(odd, odd, odd)), extras), 1, 1, IN_TURN);
      }
      RecurrentLayer gru = layer(Cell.GRU, 2, 2, hidden);
      check(random(with(gru, false, List.of(odd, odd)), extras), 1, 1, IN_TURN);
      RecurrentLayer rnn = layer(Cell.RNN, 2, 2, hidden);
      check(random(with(rnn, false, List.of(odd)), extras), 1, 1, IN_TURN);
    }
  }

  @Test
  void directionsHaveTheirOwnActivations() {
    RecurrentLayer rnn = with(layer(Cell.RNN, 4, 2, 5), 2, false, false, 0);
    RecurrentActivation relu = new RecurrentActivation(Kind.RELU, 0, 0);
    check(random(with(rnn, false, List.of(RecurrentActivation.TANH, relu)), true), 2, 1, IN_TURN);
  }

  @ParameterizedTest
  @EnumSource
  void teamsOfAnySizeAgree(Cell cell) {
    RecurrentTwin twin = random(with(layer(cell, 20, 2, 99), 2, false, false, 0), true);
    for (int threads : new int[] {1, 2, 3, 6}) {
      try (Team team = Team.ofThreads(threads)) {
        check(twin, 1, 4, (tasks, task) -> team.run(tasks, task::accept));
        // From within a task of the team, which is busy then.
        check(
            twin,
            2,
            2,
            (tasks, task) ->
                team.run(
                    2,
                    t -> {
                      if (t == 1) {
                        team.run(tasks, task::accept);
                      }
                    }));
      }
    }
  }

  @Test
  void aFailedMemberEndsItsGang() {
    try (FloatBuffers m = new FloatBuffers();
        Team team = Team.ofThreads(4)) {
      int slices = 4;
      long state = Math.ceilDiv(blank(m, RecurrentGang.bytes(slices) + 8).at(), 8L) * 8;
      RecurrentGang.reset(state, slices);
      RecurrentGang.Work work =
          (buffers, group, slice, round) -> {
            if (round == 20 && slice == 2) {
              throw new IllegalStateException("slice 2");
            }
          };
      IllegalStateException thrown =
          assertThrows(
              IllegalStateException.class,
              () ->
                  team.run(
                      slices, t -> RecurrentGang.run(state, slices, 50, new long[0], 0, t, work)));
      assertEquals("slice 2", thrown.getMessage());
    }
  }

  @Test
  void lengthsBeyondTheStepsAreRefused() {
    RecurrentTwin good = random(layer(Cell.RNN, 3, 2, 4), true);
    RecurrentTwin bad =
        new RecurrentTwin(
            good.layer(),
            good.x(),
            good.w(),
            good.r(),
            good.bias(),
            new int[] {3, 4},
            good.h0(),
            good.c0(),
            good.peepholes());
    IndexOutOfBoundsException thrown =
        assertThrows(IndexOutOfBoundsException.class, () -> checkLengths(bad));
    assertEquals("sequence 1 has length 4, x has 3", thrown.getMessage());
  }

  private static void checkLengths(RecurrentTwin twin) {
    try (FloatBuffers m = new FloatBuffers()) {
      Buffer steps = m.blank(twin.lengths().length);
      for (int b = 0; b < twin.lengths().length; b++) {
        Memory.ALL.set(Memory.I32, steps.at() + 4L * b, twin.lengths()[b]);
      }
      Places places = new Places(X, LENGTHS, -1, -1, Y, YH, -1, -1, -1, SCRATCH, false);
      new RecurrentF32(twin.layer(), places, 1).begin(new long[] {0, steps.at()});
    }
  }

  @Test
  void splitsFillTheTeam() {
    RecurrentLayer one = layer(Cell.LSTM, 64, 1, 512);
    assertEquals(1, RecurrentSplit.choose(one, 1).columns().slices());
    assertEquals(4, RecurrentSplit.choose(one, 4).columns().slices());
    RecurrentLayer tiny = layer(Cell.LSTM, 1, 1, 16);
    assertEquals(1, RecurrentSplit.choose(tiny, 4).columns().slices());
    RecurrentLayer many = layer(Cell.GRU, 20, 64, 64);
    assertEquals(1, RecurrentSplit.choose(many, 4).columns().slices());
    assertEquals(4, RecurrentSplit.choose(many, 4).rowBlocks());
  }
}
