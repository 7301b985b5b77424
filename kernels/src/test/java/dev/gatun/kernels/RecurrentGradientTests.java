package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.kernels.FloatBuffers.Buffer;
import dev.gatun.kernels.RecurrentGradientF32.Places;
import dev.gatun.kernels.RecurrentLayer.Cell;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Layers back through time give the same bits however they are cut and in whatever order tasks run.
 * Module core compares the numbers with steps of ordinary operators.
 */
class RecurrentGradientTests {
  private static final int STEPS = 5;
  private static final Places PLACES =
      new Places(0, 1, 2, -1, -1, -1, -1, -1, -1, 3, -1, -1, -1, 4);

  /** How tasks are run. */
  private interface Runner {
    void run(int tasks, IntConsumer task);
  }

  private static final Runner BACKWARDS =
      (tasks, task) -> {
        for (int t = tasks - 1; t >= 0; t--) {
          task.accept(t);
        }
      };

  private static RecurrentLayer layer(Cell cell, int batch, int hidden) {
    List<RecurrentActivation> act = new ArrayList<>();
    for (int d = 0; d < 2; d++) {
      act.addAll(Collections.nCopies(cell == Cell.RNN ? 0 : 1, RecurrentActivation.SIGMOID));
      act.addAll(Collections.nCopies(cell == Cell.LSTM ? 2 : 1, RecurrentActivation.TANH));
    }
    return new RecurrentLayer(cell, STEPS, batch, 0, hidden, 2, false, false, false, 0, act);
  }

  /** All results, of buffers in the order of {@link Places}. */
  private static List<float[]> run(RecurrentLayer l, int blocks, int slices, Runner runner) {
    Random random = new Random(7);
    int states = 2 * l.batch() * l.hidden();
    int sums = STEPS * l.cell().gates() * states;
    boolean lstm = l.cell() == Cell.LSTM;
    boolean gru = l.cell() == Cell.GRU_LINEAR_BEFORE_RESET;
    Places places =
        new Places(
            0,
            l.cell() == Cell.RNN ? -1 : 1,
            2,
            3,
            4,
            lstm ? 5 : -1,
            6,
            7,
            lstm ? 8 : -1,
            9,
            gru ? 10 : -1,
            11,
            lstm ? 12 : -1,
            13);
    RecurrentColumns columns = RecurrentColumns.of(l, slices, PackedWeightsF32.COLUMNS);
    RecurrentGradientF32 plan =
        new RecurrentGradientF32(l, places, new RecurrentSplit(blocks, columns));
    try (FloatBuffers m = new FloatBuffers()) {
      int weights = 2 * l.cell().gates() * l.hidden() * l.hidden();
      float reach = (float) (1 / Math.sqrt(l.hidden()));
      long[] buffers = new long[14];
      int[] sizes = {weights, 4 * STEPS * states, STEPS * states, 0, states, 6 * l.hidden()};
      for (int i = 0; i < sizes.length; i++) {
        float most = i == 0 ? reach : 1;
        buffers[i] = m.of(FloatBuffers.uniform(random, sizes[i], -most, most)).at();
      }
      Buffer lengths = m.blank(l.batch());
      for (int b = 0; b < l.batch(); b++) {
        Memory.ALL.set(Memory.I32, lengths.at() + 4L * b, b % (STEPS + 1));
      }
      buffers[3] = lengths.at();
      buffers[6] = m.of(FloatBuffers.uniform(random, STEPS * states, -1, 1)).at();
      buffers[7] = m.of(FloatBuffers.uniform(random, states, -1, 1)).at();
      buffers[8] = m.of(FloatBuffers.uniform(random, states, -1, 1)).at();
      List<Buffer> results =
          List.of(
              m.blank(sums), m.blank(gru ? sums : 0), m.blank(states), m.blank(lstm ? states : 0));
      for (int i = 0; i < results.size(); i++) {
        buffers[9 + i] = results.get(i).at();
      }
      // Aligned to words of 8 bytes, as the state of a gang needs.
      Buffer scratch = m.blank(Math.toIntExact(plan.scratchBytes() / 4 + 2));
      buffers[13] = Math.ceilDiv(scratch.at(), 8L) * 8;
      for (int round = 0; round < 2; round++) { // the second finds what the first left behind
        for (int task = 0; task < plan.packTasks(); task++) {
          plan.pack(buffers, task);
        }
        plan.begin(buffers);
        runner.run(plan.tasks(), task -> plan.run(buffers, task));
      }
      return results.stream().map(Buffer::floats).toList();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LSTM", "GRU_LINEAR_BEFORE_RESET", "RNN"})
  void cutsGiveTheSameBits(Cell cell) {
    for (int hidden : new int[] {1, Lanes.F32_LENGTH, 3 * PackedWeightsF32.COLUMNS + 5}) {
      RecurrentLayer l = layer(cell, 16, hidden);
      List<float[]> whole = run(l, 1, 1, BACKWARDS);
      List<List<float[]>> others = new ArrayList<>();
      others.add(run(l, 2, 3, BACKWARDS));
      try (Team team = Team.ofThreads(3)) {
        others.add(run(l, 2, 4, (tasks, task) -> team.run(tasks, task::accept)));
      }
      for (List<float[]> other : others) {
        for (int i = 0; i < whole.size(); i++) {
          assertArrayEquals(whole.get(i), other.get(i), "result " + i + " of " + l);
        }
      }
    }
  }

  @Test
  void refusesWhatValuesDoNotTell() {
    RecurrentLayer gru = layer(Cell.GRU, 2, 3);
    assertFalse(RecurrentGradientF32.covers(gru));
    assertThrows(IllegalArgumentException.class, () -> new RecurrentGradientF32(gru, PLACES, 1));
  }
}
