package dev.gatun.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures one thread: megabytes of UTF-8 a second for each tokenizer of a directory. Arguments:
 * the directory, a text.
 */
final class TokenizerSpeed {
  private static final int ROUNDS = 15;

  public static void main(String[] arguments) throws Exception {
    String text = Files.readString(Path.of(arguments[1]));
    double megabytes = Files.size(Path.of(arguments[1])) / 1e6;
    String[] lines = text.split("(?<=\n\n)", -1);
    try (var files = Files.list(Path.of(arguments[0]))) {
      for (Path file : files.filter(f -> !f.endsWith("cases.json")).sorted().toList()) {
        Tokenizer tokenizer = Tokenizer.load(file);
        double[] whole = new double[ROUNDS];
        double[] parts = new double[ROUNDS];
        double[] decode = new double[ROUNDS];
        int[] ids = tokenizer.encode(text).ids();
        for (int i = 0; i < ROUNDS; i++) {
          long begin = System.nanoTime();
          tokenizer.encode(text);
          long middle = System.nanoTime();
          for (String line : lines) {
            tokenizer.encode(line);
          }
          long end = System.nanoTime();
          tokenizer.decode(ids, true);
          whole[i] = megabytes / (middle - begin) * 1e9;
          parts[i] = megabytes / (end - middle) * 1e9;
          decode[i] = megabytes / (System.nanoTime() - end) * 1e9;
        }
        System.out.printf(
            Locale.ROOT,
            "%-26s whole %6.1f MB/s, paragraphs %6.1f MB/s, decoding %6.1f MB/s%n",
            file.getFileName(),
            median(whole),
            median(parts),
            median(decode));
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private TokenizerSpeed() {}
}
