package dev.gatun.models;

import java.util.List;

/**
 * What a file and a network do not have in common.
 *
 * @param missing parameters of the network that the file has nothing for
 * @param unexpected keys of the file that the network has no use for
 * @param mismatched parameters whose shape is another one in the file, with both shapes
 */
public record LoadReport(List<String> missing, List<String> unexpected, List<String> mismatched) {
  public LoadReport {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    mismatched = List.copyOf(mismatched);
  }

  /** Whether file and network agree in everything. */
  public boolean isClean() {
    return missing.isEmpty() && unexpected.isEmpty() && mismatched.isEmpty();
  }

  @Override
  public String toString() {
    return isClean()
        ? "all keys match"
        : line("missing", missing)
            + line("mismatched", mismatched)
            + line("unexpected", unexpected);
  }

  private static String line(String what, List<String> names) {
    if (names.isEmpty()) {
      return "";
    }
    int shown = Math.min(20, names.size());
    String more = shown < names.size() ? ", ..." : "";
    return "%n  %d %s: %s%s"
        .formatted(names.size(), what, String.join(", ", names.subList(0, shown)), more);
  }
}
