package dev.gatun.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** What figures depend on besides the code. */
public final class Machine {
  /** Facts by name; what the system does not tell is left out. */
  public static Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    field("/proc/cpuinfo", "model name", facts, "cpu");
    facts.put("processors", Runtime.getRuntime().availableProcessors());
    field("/proc/meminfo", "MemTotal", facts, "memory");
    facts.put(
        "os",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    facts.put(
        "jdk", System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version"));
    String commit = System.getProperty("gatun.bench.commit", "");
    if (!commit.isEmpty()) {
      facts.put("commit", commit);
    }
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    return facts;
  }

  private static void field(String file, String key, Map<String, Object> facts, String name) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        int colon = line.indexOf(':');
        if (colon > 0 && line.substring(0, colon).strip().equals(key)) {
          facts.put(name, line.substring(colon + 1).strip());
          return;
        }
      }
    } catch (IOException e) {
      // Not a mistake: only Linux has these files, and the figures stand without them.
      return;
    }
  }

  private Machine() {}
}
