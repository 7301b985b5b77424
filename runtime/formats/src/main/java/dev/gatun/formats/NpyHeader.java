package dev.gatun.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header of a .npy file: the literal of a Python dictionary with the keys descr, fortran_order
 * and shape. It is parsed as just that, never evaluated.
 *
 * @param end where the data begins
 */
record NpyHeader(NpyType type, boolean columnMajor, long[] sizes, long end) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  // NumPy itself refuses more than 10000 unless told to trust the file.
  private static final int MAX_LENGTH = 1 << 16;
  private static final int MAX_RANK = 64;

  static NpyHeader read(FileBytes file) {
    MemorySegment data = file.data();
    if (data.byteSize() < 10) {
      throw FormatException.at(file.name(), 0, "too short to be a .npy file");
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (data.get(ValueLayout.JAVA_BYTE, i) != MAGIC[i]) {
        throw FormatException.at(
            file.name(), i, "no .npy file: the first bytes are not \\x93NUMPY");
      }
    }
    int version = data.get(ValueLayout.JAVA_BYTE, 6);
    if (version < 1 || version > 3) {
      throw FormatException.at(file.name(), 6, "version " + version + " is not known");
    }
    int start = version == 1 ? 10 : 12;
    long length = 0;
    for (int i = start - 1; i >= 8 && start <= data.byteSize(); i--) {
      length = length << 8 | data.get(ValueLayout.JAVA_BYTE, i) & 255;
    }
    if (length > MAX_LENGTH || start + length > data.byteSize()) {
      throw FormatException.at(
          file.name(), 8, "the header claims " + length + " bytes; the file is damaged");
    }
    String text =
        new String(
            data.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE),
            version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    return new Parser(file.name(), text, start).header(start + length);
  }

  /** A parser of strings, booleans and tuples of integers. */
  private static final class Parser {
    private final String file;
    private final String text;
    private final long start;
    private int at;

    Parser(String file, String text, long start) {
      this.file = file;
      this.text = text;
      this.start = start;
    }

    NpyHeader header(long end) {
      @Nullable NpyType type = null;
      @Nullable Boolean columnMajor = null;
      long @Nullable [] sizes = null;
      expect('{');
      while (peek() != '}') {
        String key = string();
        expect(':');
        switch (key) {
          case "descr" -> {
            if (peek() == '[') {
              throw error("arrays of records are not supported");
            }
            type = NpyType.of(file, string());
          }
          case "fortran_order" -> columnMajor = bool();
          case "shape" -> sizes = tuple();
          default -> throw error("unknown key '" + key + "'");
        }
        if (peek() == ',') {
          at++;
        }
      }
      at++;
      if (!text.substring(at).isBlank()) {
        throw error("something follows the dictionary");
      }
      if (type == null || columnMajor == null || sizes == null) {
        throw error("needs descr, fortran_order and shape");
      }
      return new NpyHeader(type, columnMajor, sizes, end);
    }

    private char peek() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        throw error("the header is cut off");
      }
      return text.charAt(at);
    }

    private void expect(char c) {
      if (peek() != c) {
        throw error("expected '" + c + "', found '" + text.charAt(at) + "'");
      }
      at++;
    }

    private String string() {
      char quote = peek();
      if (quote != '\'' && quote != '"') {
        throw error("expected a string, found '" + quote + "'");
      }
      int end = text.indexOf(quote, at + 1);
      if (end < 0) {
        throw error("a string does not end");
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private boolean bool() {
      peek();
      for (boolean value : new boolean[] {true, false}) {
        String word = value ? "True" : "False";
        if (text.startsWith(word, at)) {
          at += word.length();
          return value;
        }
      }
      throw error("expected True or False");
    }

    private long[] tuple() {
      List<Long> sizes = new ArrayList<>();
      expect('(');
      while (peek() != ')') {
        int begin = at;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
          at++;
        }
        if (at == begin || at - begin > 18 || sizes.size() == MAX_RANK) {
          throw error("the shape must be at most " + MAX_RANK + " sizes of 0 or more");
        }
        sizes.add(Long.parseLong(text.substring(begin, at)));
        if (at < text.length() && text.charAt(at) == 'L') {
          at++; // Python 2 wrote 3L
        }
        if (peek() == ',') {
          at++;
        }
      }
      at++;
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private FormatException error(String problem) {
      return FormatException.at(file, start + at, problem);
    }
  }
}
