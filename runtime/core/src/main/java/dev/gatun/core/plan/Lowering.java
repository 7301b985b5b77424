package dev.gatun.core.plan;

import java.util.List;

/** What a candidate answers for a node. */
public sealed interface Lowering {
  /** The candidate does not fit; the reason is for {@code explain}. */
  record Refused(String reason) implements Lowering {}

  /** The output is the input's memory under another shape; nothing runs. */
  record View(int input) implements Lowering {}

  /**
   * Kernels that run one after the other.
   *
   * @param phases each waits for the one before
   * @param scratchBytes memory that all phases share
   * @param reusable inputs whose memory the first output may take over when they die here: the
   *     kernel reads each element before, or at the same time as, it writes the one at its place
   * @param unread inputs that the kernels never read (a weight that was packed)
   * @param note what was chosen, for {@code explain}: tile sizes, implementation names
   */
  record Kernels(
      List<Kernel> phases,
      long scratchBytes,
      List<Integer> reusable,
      List<Integer> unread,
      String note)
      implements Lowering {
    public Kernels {
      phases = List.copyOf(phases);
      reusable = List.copyOf(reusable);
      unread = List.copyOf(unread);
    }

    /** One kernel that needs nothing else. */
    public static Kernels of(Kernel kernel) {
      return new Kernels(List.of(kernel), 0, List.of(), List.of(), "");
    }

    /** With scratch memory. */
    public Kernels scratch(long bytes) {
      return new Kernels(phases, bytes, reusable, unread, note);
    }

    /** With inputs whose memory the output may take over. */
    public Kernels reusing(Integer... inputs) {
      return new Kernels(phases, scratchBytes, List.of(inputs), unread, note);
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
