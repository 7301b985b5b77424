package dev.gatun.text.model;

import dev.gatun.text.normal.ByteAlphabet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A model with the words that it cut last. Two slots for each hash, and the older word goes, so
 * memory is bounded, and nobody ever waits.
 */
public final class WordCache {
  private static final int SLOTS = 1 << 15;

  /** Longer words hardly come twice. */
  private static final int MAX_LENGTH = 64;

  private final Model model;
  private final boolean mapsBytes;
  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(SLOTS);

  private record Entry(String text, Word word) {}

  /**
   * @param mapsBytes whether words become visible bytes before the model sees them
   */
  public WordCache(Model model, boolean mapsBytes) {
    this.model = model;
    this.mapsBytes = mapsBytes;
  }

  /** The tokens of [start, end); their places count from {@code start}. */
  public Word encode(String text, int start, int end) {
    String part = text.substring(start, end);
    if (part.length() > MAX_LENGTH) {
      return cut(part);
    }
    int hash = part.hashCode();
    int slot = (hash ^ hash >>> 15) & SLOTS - 1;
    Entry known = slots.getAcquire(slot);
    if (known != null && known.text.equals(part)) {
      return known.word;
    }
    Entry older = slots.getAcquire(slot ^ 1);
    if (older != null && older.text.equals(part)) {
      return older.word;
    }
    Word word = cut(part);
    slots.setRelease(slot ^ 1, known);
    slots.setRelease(slot, new Entry(part, word));
    return word;
  }

  private Word cut(String part) {
    if (!mapsBytes) {
      return model.encode(part);
    }
    return model.encode(ByteAlphabet.mapped(part)).moved(new BytePlaces(part));
  }
}
