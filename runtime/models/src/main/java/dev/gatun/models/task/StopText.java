package dev.gatun.models.task;

import java.util.List;

/** Text as it comes, up to one of several texts that end it: what may be their beginning waits. */
final class StopText {
  private final List<String> stops;
  private final StringBuilder waiting = new StringBuilder();
  private boolean found;

  StopText(List<String> stops) {
    this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
  }

  /** Takes a piece; what is certain now. */
  String next(String piece) {
    if (found) {
      return "";
    }
    waiting.append(piece);
    int end = -1;
    for (String stop : stops) {
      int at = waiting.indexOf(stop);
      end = at >= 0 && (end < 0 || at < end) ? at : end;
    }
    if (end >= 0) {
      found = true;
      return take(end);
    }
    int held = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, waiting.length()); length > held; length--) {
        if (stop.startsWith(waiting.substring(waiting.length() - length))) {
          held = length;
        }
      }
    }
    return take(waiting.length() - held);
  }

  private String take(int length) {
    String text = waiting.substring(0, length);
    waiting.delete(0, length);
    return text;
  }

  /** The rest: no text that ends it came. */
  String finish() {
    return found ? "" : take(waiting.length());
  }

  /** Whether a text that ends it came. */
  boolean isFound() {
    return found;
  }
}
