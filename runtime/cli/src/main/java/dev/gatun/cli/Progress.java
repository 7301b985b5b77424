package dev.gatun.cli;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;

/**
 * A progress bar on standard error, only where a person looks at it.
 *
 * <p>Forty lines instead of a library: me.tongfei:progressbar needs JLine, whose module does not
 * link into the image, and would weigh more than everything else in it.
 */
final class Progress {
  private static final int WIDTH = 30;

  private final String unit;
  private final int total;
  private final boolean shown =
      Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  private int done;
  private long drawn;

  Progress(String unit, int total) {
    this.unit = unit;
    this.total = Math.max(1, total);
  }

  /** One more is done; {@code what} is the latest. */
  void step(String what) {
    done++;
    long now = System.nanoTime();
    if (!shown || now - drawn < 100_000_000 && done < total) {
      return;
    }
    drawn = now;
    int filled = Math.min(WIDTH, done * WIDTH / total);
    String name = what.length() > 40 ? what.substring(0, 40) : what;
    System.err.printf(
        Locale.ROOT,
        "\r[%s%s] %d/%d %s %-40s",
        "#".repeat(filled),
        "-".repeat(WIDTH - filled),
        done,
        total,
        unit,
        name);
  }

  /** Removes the bar. */
  void end() {
    if (shown) {
      System.err.print("\r" + " ".repeat(WIDTH + 70) + "\r");
    }
  }
}
