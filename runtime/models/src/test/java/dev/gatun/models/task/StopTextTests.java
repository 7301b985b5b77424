package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextTests {
  @Test
  void whatMayBeTheBeginningOfAnEndWaits() {
    StopText stop = new StopText(List.of("\nUser:", "END"));
    assertEquals("ab", stop.next("ab"));
    assertEquals("c", stop.next("c\nUs"));
    assertEquals("\nUsx", stop.next("x"));
    assertEquals("", stop.next("\n"));
    assertEquals("\n", stop.next("\nUser"));
    assertEquals("", stop.next(": no"));
    assertEquals("", stop.next("more") + stop.finish());
    assertEquals(true, stop.isFound());
  }

  @Test
  void anyPiecesGiveTheTextBeforeTheFirstEnd() {
    Random random = new Random(4);
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 30; i++) {
        text.append((char) ('a' + random.nextInt(2)));
      }
      List<String> stops = List.of("abba", "bbbb", "aaab");
      int end = text.length();
      for (String stop : stops) {
        int at = text.indexOf(stop);
        end = at >= 0 ? Math.min(end, at) : end;
      }
      StopText filter = new StopText(stops);
      StringBuilder found = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int to = Math.min(text.length(), at + 1 + random.nextInt(4));
        found.append(filter.next(text.substring(at, to)));
        at = to;
      }
      found.append(filter.finish());
      assertEquals(text.substring(0, end), found.toString());
    }
  }
}
