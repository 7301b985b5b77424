package dev.gatun.text.split;

import dev.gatun.text.normal.TrackedText;
import java.util.ArrayList;
import java.util.List;

/** Pre-tokenizers one after the other, each on the words of the one before. */
record Steps(List<PreTokenizer> all) implements PreTokenizer {
  @Override
  public void cut(TrackedText text, int start, int end, Pieces out) {
    if (all.isEmpty()) {
      out.add(text, start, end);
      return;
    }
    Pieces current = new Pieces();
    all.getFirst().cut(text, start, end, current);
    for (PreTokenizer step : all.subList(1, all.size())) {
      current = current.cut(step);
    }
    for (int i = 0; i < current.size(); i++) {
      out.add(current.text(i), current.start(i), current.end(i));
    }
  }

  @Override
  public boolean mapsBytes() {
    return !all.isEmpty() && all.getLast().mapsBytes();
  }

  @Override
  public PreTokenizer unmapped() {
    if (!mapsBytes()) {
      return this;
    }
    List<PreTokenizer> steps = new ArrayList<>(all);
    steps.set(steps.size() - 1, steps.getLast().unmapped());
    return steps.size() == 1 ? steps.getFirst() : new Steps(List.copyOf(steps));
  }
}
