package dev.gatun.core.plan;

import java.util.List;
import java.util.function.Function;

/** What a candidate answers for a node. */
public sealed interface Lowering {
  /** The candidate does not fit; the reason is for {@code explain}. */
  record Refused(String reason) implements Lowering {}

  /**
   * Each output is memory of the input under another shape; nothing runs.
   *
   * @param offsets where each output begins in the input, in bytes
   */
  record View(int input, List<Long> offsets) implements Lowering {
    public View {
      offsets = List.copyOf(offsets);
    }

    /** One output: all of the input. */
    public View(int input) {
      this(input, List.of(0L));
    }
  }

  /**
   * The output is the inputs one after the other. Who computes an input may write it there at once;
   * the others are copied.
   *
   * @param offsets where each input begins in the output, in bytes
   * @param copy copies the inputs of these numbers; its buffers are all inputs, then the output
   */
  record Join(List<Long> offsets, Function<List<Integer>, Kernel> copy) implements Lowering {
    public Join {
      offsets = List.copyOf(offsets);
    }
  }

  /**
   * Kernels that run one after the other.
   *
   * @param phases each waits for the one before
   * @param scratchBytes memory that all phases share
   * @param reusable for each output (none for those at the end that have none) the inputs whose
   *     memory it may take over when they die here: the kernel reads each element before, or at the
   *     same time as, it writes the one at its place
   * @param unread inputs that the kernels never read (a weight that was packed)
   * @param note what was chosen, for {@code explain}: tile sizes, implementation names
   */
  record Kernels(
      List<Kernel> phases,
      long scratchBytes,
      List<List<Integer>> reusable,
      List<Integer> unread,
      String note)
      implements Lowering {
    public Kernels {
      phases = List.copyOf(phases);
      reusable = List.copyOf(reusable);
      unread = List.copyOf(unread);
    }

    /** The inputs whose memory an output may take over. */
    List<Integer> reusable(int output) {
      return output < reusable.size() ? reusable.get(output) : List.of();
    }

    /** One kernel that needs nothing else. */
    public static Kernels of(Kernel kernel) {
      return new Kernels(List.of(kernel), 0, List.of(), List.of(), "");
    }

    /** With scratch memory. */
    public Kernels scratch(long bytes) {
      return new Kernels(phases, bytes, reusable, unread, note);
    }

    /** With inputs whose memory the first output may take over. */
    public Kernels reusing(Integer... inputs) {
      return reusing(List.of(List.of(inputs)));
    }

    /** With inputs whose memory each output may take over. */
    public Kernels reusing(List<List<Integer>> inputs) {
      return new Kernels(phases, scratchBytes, inputs, unread, note);
    }

    /** With inputs that are never read. */
    public Kernels without(Integer... inputs) {
      return new Kernels(phases, scratchBytes, reusable, List.of(inputs), note);
    }

    /** With a note for {@code explain}. */
    public Kernels noted(String text) {
      return new Kernels(phases, scratchBytes, reusable, unread, text);
    }
  }
}
