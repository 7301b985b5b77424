package dev.gatun.text.feature;

import dev.gatun.core.tensor.GatunException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Files of word vectors, read from front to end. What a header promises takes no memory before it
 * is there.
 */
final class WordVectorFile {
  /** Longest word of a binary file in bytes, and widest vector: more is no such file. */
  private static final int LONGEST = 4096;

  private static final int WIDEST = 1 << 16;

  private final Path file;
  private final List<String> words = new ArrayList<>();
  private int width;
  private float[] values = {};

  private WordVectorFile(Path file) {
    this.file = file;
  }

  static WordVectors text(Path path) {
    WordVectorFile file = new WordVectorFile(path);
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            // Words cut in the middle of a character are in published files.
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(Files.newInputStream(path), decoder))) {
      return file.text(reader);
    } catch (IOException e) {
      throw new GatunException(path + ": cannot be read: " + e, e);
    }
  }

  static WordVectors binary(Path path) {
    WordVectorFile file = new WordVectorFile(path);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
      return file.binary(in);
    } catch (IOException e) {
      throw new GatunException(path + ": cannot be read: " + e, e);
    }
  }

  private WordVectors text(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    if (line == null) {
      throw broken("the file is empty");
    }
    long promised = -1;
    long number = 1;
    String[] fields = fields(line);
    if (isHeader(fields)) {
      promised = header(fields);
      line = reader.readLine();
      number++;
    } else {
      width = fields.length - 1;
    }
    if (width < 1 || width > WIDEST) {
      throw broken("line 1: expected a word and its numbers, or count and width, got " + line);
    }
    for (; line != null; line = reader.readLine(), number++) {
      if (!line.isBlank()) {
        row(fields(line), number);
      }
    }
    if (promised >= 0 && promised != words.size()) {
      throw broken("%d words promised, %d there".formatted(promised, words.size()));
    }
    return done();
  }

  private static String[] fields(String line) {
    // Not strip: a word may be any other space.
    return line.replaceFirst("[ \\t]+$", "").split("[ \\t]", -1);
  }

  private static boolean isHeader(String[] fields) {
    return fields.length == 2
        && Arrays.stream(fields).allMatch(f -> !f.isEmpty() && f.length() < 10 && isDigits(f));
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private long header(String[] fields) {
    int promised = Integer.parseInt(fields[0]);
    width = Integer.parseInt(fields[1]);
    if (width < 1 || width > WIDEST) {
      throw broken("vectors of %d elements; expected 1 to %d".formatted(width, WIDEST));
    }
    return promised;
  }

  private void row(String[] fields, long number) {
    // The numbers are the last fields: words of some files have spaces.
    int first = fields.length - width;
    if (first < 1) {
      throw broken(
          "line %d: expected a word and %d numbers, got %d fields"
              .formatted(number, width, fields.length));
    }
    int at = grow();
    for (int k = 0; k < width; k++) {
      String field = fields[first + k];
      try {
        values[at + k] = Float.parseFloat(field);
      } catch (NumberFormatException e) {
        throw new GatunException(
            "%s: line %d: '%s' is no number".formatted(file, number, field), e);
      }
    }
    checkFinite(at, "line " + number);
    words.add(String.join(" ", Arrays.copyOf(fields, first)));
  }

  private int grow() {
    long needed = (words.size() + 1L) * width;
    if (needed > Integer.MAX_VALUE - 8) {
      throw broken("more numbers than an array holds: " + needed);
    }
    if (needed > values.length) {
      values =
          Arrays.copyOf(
              values, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * values.length)));
    }
    return words.size() * width;
  }

  private void checkFinite(int at, String where) {
    for (int k = 0; k < width; k++) {
      if (!Float.isFinite(values[at + k])) {
        throw broken(where + ": " + values[at + k] + " is no place of a word");
      }
    }
  }

  private WordVectors binary(InputStream in) throws IOException {
    String first = upTo(in, '\n', 64, "the header");
    String[] fields = fields(first.strip());
    if (!isHeader(fields)) {
      throw broken("a binary file begins with count and width, this one with '" + first + "'");
    }
    long promised = header(fields);
    ByteBuffer numbers = ByteBuffer.allocate(4 * width).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < promised; i++) {
      String where = String.format(Locale.ROOT, "word %d of %d", i + 1, promised);
      // The line's end behind a vector is written by some programs only.
      String word = upTo(in, ' ', LONGEST, where);
      if (in.readNBytes(numbers.array(), 0, 4 * width) < 4 * width) {
        throw broken(where + ": the file ends within the vector of '" + word + "'");
      }
      int at = grow();
      numbers.rewind().asFloatBuffer().get(values, at, width);
      checkFinite(at, where);
      words.add(word.startsWith("\n") ? word.substring(1) : word);
    }
    int rest = in.read();
    if (rest >= 0 && !(rest == '\n' && in.read() < 0)) {
      throw broken("more bytes behind the last of %d words".formatted(promised));
    }
    return done();
  }

  private String upTo(InputStream in, int end, int most, String where) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b != end; b = in.read()) {
      if (b < 0) {
        throw broken(where + ": the file ends");
      }
      if (bytes.size() == most) {
        throw broken(where + ": longer than " + most + " bytes");
      }
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private WordVectors done() {
    return new WordVectors(words, width, Arrays.copyOf(values, words.size() * width));
  }

  private GatunException broken(String what) {
    return new GatunException(file + ": " + what);
  }
}
