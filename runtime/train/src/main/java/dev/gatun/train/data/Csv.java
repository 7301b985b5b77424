package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Reads rows of a CSV file, plain or compressed with gzip, as samples.
 *
 * <p>Columns are called by the header's names, or {@code "0"}, {@code "1"} and so on without a
 * header. {@link #read} keeps the parsed rows in memory; {@link #stream} reads the file anew in
 * every epoch.
 */
public final class Csv {
  private final Path path;
  private final boolean header;
  private final int skippedLines;
  private final String separator;
  private final Charset charset;
  private final Set<String> missing;
  private final List<CsvField> fields;

  private Csv(
      Path path,
      boolean header,
      int skippedLines,
      String separator,
      Charset charset,
      Set<String> missing,
      List<CsvField> fields) {
    this.path = path;
    this.header = header;
    this.skippedLines = skippedLines;
    this.separator = separator;
    this.charset = charset;
    this.missing = missing;
    this.fields = fields;
  }

  /** A file whose first line names the columns, which are separated by commas, in UTF-8. */
  public static Csv of(Path path) {
    return new Csv(
        path,
        true,
        0,
        ",",
        StandardCharsets.UTF_8,
        Set.of("", "NA", "N/A", "NaN", "nan", "null", "?"),
        List.of());
  }

  /** A file without names: its columns are "0", "1" and so on. */
  public Csv headerless() {
    return new Csv(path, false, skippedLines, separator, charset, missing, fields);
  }

  /** Leaves out the first lines, before a header. */
  public Csv skipLines(int lines) {
    return new Csv(path, header, lines, separator, charset, missing, fields);
  }

  /** Columns separated by something else, such as ";" or a tab. */
  public Csv separator(String text) {
    return new Csv(path, header, skippedLines, text, charset, missing, fields);
  }

  /** A file in another encoding. */
  public Csv charset(Charset encoding) {
    return new Csv(path, header, skippedLines, separator, encoding, missing, fields);
  }

  /** What stands for a missing number. */
  public Csv missing(String... values) {
    return new Csv(path, header, skippedLines, separator, charset, Set.of(values), fields);
  }

  /** Adds a field float32 [columns]; missing numbers are NaN. */
  public Csv numbers(String name, String... columns) {
    return with(new CsvField.Numbers(name, List.of(columns)));
  }

  /** Adds a field float32 [to - from] of the columns "from" to "to - 1" of a file without names. */
  public Csv numbers(String name, int from, int to) {
    return with(
        new CsvField.Numbers(name, IntStream.range(from, to).mapToObj(String::valueOf).toList()));
  }

  /** Adds a field int64 []: a whole number, which must be there. */
  public Csv whole(String name, String column) {
    return with(new CsvField.Whole(name, column));
  }

  /** Adds a field int64 []: the position of the word in {@code classes}; others are errors. */
  public Csv category(String name, String column, List<String> classes) {
    return with(new CsvField.Category(name, column, List.copyOf(classes)));
  }

  /** Adds a field string []. */
  public Csv text(String name, String column) {
    return with(new CsvField.Text(name, column));
  }

  private Csv with(CsvField field) {
    List<CsvField> more = new ArrayList<>(fields);
    if (more.stream().anyMatch(known -> known.name().equals(field.name()))) {
      throw new DataException(path + ": there are two fields called '" + field.name() + "'");
    }
    more.add(field);
    return new Csv(path, header, skippedLines, separator, charset, missing, List.copyOf(more));
  }

  /** Names of all columns, in their order; reads the first line. */
  public List<String> columns() {
    try (CsvRows rows = open()) {
      return rows.names();
    }
  }

  /** Which words a column holds, in alphabetical order; reads the file. */
  public List<String> categories(String column) {
    TreeSet<String> words = new TreeSet<>();
    try (CsvRows rows = open()) {
      int at = rows.position(column);
      for (CsvRows.Row row = rows.next(); row != null; row = rows.next()) {
        words.add(row.fields().get(at));
      }
    }
    return List.copyOf(words);
  }

  /** All rows, parsed and kept in memory. */
  public IndexedDataset read() {
    List<Sample> samples = new ArrayList<>();
    try (SampleCursor cursor = stream().samples(0)) {
      cursor.forEachRemaining(samples::add);
    }
    return Dataset.of(samples.size(), index -> samples.get((int) index));
  }

  /**
   * The rows as they come; the file is read by one thread and parsed by those that load batches.
   */
  public Dataset stream() {
    if (fields.isEmpty()) {
      throw new DataException(path + ": say which fields the columns become, with numbers() etc.");
    }
    return new CsvDataset(this);
  }

  CsvRows open() {
    return CsvRows.open(path, charset, separator, skippedLines, header);
  }

  /** Turns rows into samples, with positions of columns looked up once. */
  final class Parser {
    private final List<String> names = fields.stream().map(CsvField::name).toList();
    private final int[][] positions;
    private final List<Map<String, Integer>> classes = new ArrayList<>();

    Parser(CsvRows rows) {
      positions = new int[fields.size()][];
      for (int f = 0; f < positions.length; f++) {
        CsvField field = fields.get(f);
        positions[f] = field.columns().stream().mapToInt(rows::position).toArray();
        Map<String, Integer> numbers = new HashMap<>();
        if (field instanceof CsvField.Category category) {
          for (String word : category.classes()) {
            numbers.put(word, numbers.size());
          }
        }
        classes.add(numbers);
      }
    }

    Sample parse(CsvRows.Row row) {
      Tensor[] values = new Tensor[positions.length];
      for (int f = 0; f < values.length; f++) {
        values[f] = value(row, f);
      }
      return new Sample(names, values, row.origin());
    }

    private Tensor value(CsvRows.Row row, int f) {
      CsvField field = fields.get(f);
      String first = row.fields().get(positions[f][0]);
      return switch (field) {
        case CsvField.Numbers numbers -> numbers(row, positions[f], numbers);
        case CsvField.Whole whole -> {
          try {
            yield Tensor.scalar(Long.parseLong(first.strip()));
          } catch (NumberFormatException e) {
            throw bad(row, whole.column(), first, "a whole number was expected");
          }
        }
        case CsvField.Category category -> {
          Integer number = classes.get(f).get(first);
          if (number == null) {
            throw bad(row, category.column(), first, "expected one of " + category.classes());
          }
          yield Tensor.scalar(number);
        }
        case CsvField.Text text -> Tensor.of(new String[] {first});
      };
    }

    private Tensor numbers(CsvRows.Row row, int[] at, CsvField.Numbers field) {
      float[] values = new float[at.length];
      for (int i = 0; i < at.length; i++) {
        String text = row.fields().get(at[i]).strip();
        if (missing.contains(text)) {
          values[i] = Float.NaN;
          continue;
        }
        try {
          values[i] = Float.parseFloat(text);
        } catch (NumberFormatException e) {
          throw bad(row, field.columns().get(i), text, "a number was expected");
        }
        if (!Float.isFinite(values[i])) {
          throw bad(row, field.columns().get(i), text, "numbers must be finite");
        }
      }
      return Tensor.wrap(DType.F32, Shape.of(at.length), MemorySegment.ofArray(values));
    }

    private DataException bad(CsvRows.Row row, String column, String found, String expected) {
      String shown = found.length() > 40 ? found.substring(0, 40) + "..." : found;
      return new DataException(
          row.origin() + ": column '" + column + "' holds '" + shown + "'; " + expected);
    }
  }
}
