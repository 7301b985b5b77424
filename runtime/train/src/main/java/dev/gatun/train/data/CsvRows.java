package dev.gatun.train.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV file, each with its line; all have as many fields as the first. */
final class CsvRows implements AutoCloseable {
  /** Longest field: a quote that is never closed must not read the whole file into one. */
  private static final int MAX_FIELD = 16 << 20;

  /** One row. */
  record Row(List<String> fields, Path path, long line) {
    String origin() {
      return path + " line " + line;
    }
  }

  private final Path path;
  private final CsvReader<CsvRecord> reader;
  private final CloseableIterator<CsvRecord> records;
  private final Map<String, Integer> positions = new LinkedHashMap<>();
  private final int width;
  private final int skipped;
  private @Nullable Row first;

  private CsvRows(Path path, CsvReader<CsvRecord> reader, int skipped, boolean header) {
    this.path = path;
    this.reader = reader;
    this.skipped = skipped;
    this.records = reader.iterator();
    Row top = read();
    if (top == null) {
      throw new DataException(path + ": is empty" + (header ? "; a header was expected" : ""));
    }
    width = top.fields().size();
    for (int i = 0; i < width; i++) {
      String name = header ? top.fields().get(i).strip() : String.valueOf(i);
      if (positions.putIfAbsent(name, i) != null) {
        throw new DataException(top.origin() + ": there are two columns called '" + name + "'");
      }
    }
    first = header ? null : top;
  }

  static CsvRows open(Path path, Charset charset, String separator, int skipped, boolean header) {
    try {
      InputStream in = InputFiles.open(path);
      try {
        Reader text =
            new InputStreamReader(
                in, charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT));
        CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .fieldSeparator(separator)
                .maxBufferSize(MAX_FIELD)
                // Widths are checked here, for messages with names.
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .detectBomHeader(false)
                .ofCsvRecord(skipMark(text));
        reader.skipLines(skipped);
        return new CsvRows(path, reader, skipped, header);
      } catch (RuntimeException | IOException e) {
        in.close();
        throw e;
      }
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  /** Files of some programs start with a byte order mark, which is no part of the first name. */
  private static Reader skipMark(Reader text) throws IOException {
    java.io.BufferedReader buffered = new java.io.BufferedReader(text, 1 << 16);
    buffered.mark(1);
    if (buffered.read() != '\uFEFF') {
      buffered.reset();
    }
    return buffered;
  }

  /** All columns, in their order. */
  List<String> names() {
    return List.copyOf(positions.keySet());
  }

  /** The position of a column. */
  int position(String column) {
    Integer at = positions.get(column);
    if (at == null) {
      throw new DataException(
          path + ": there is no column '" + column + "', only " + positions.keySet());
    }
    return at;
  }

  /** The next row, or null at the end. */
  @Nullable Row next() {
    Row row = first;
    if (row != null) {
      first = null;
      return row;
    }
    row = read();
    if (row != null && row.fields().size() != width) {
      throw new DataException(
          row.origin()
              + ": has "
              + row.fields().size()
              + " columns, the first line "
              + width
              + "; is a separator or a quote missing?");
    }
    return row;
  }

  private @Nullable Row read() {
    try {
      if (!records.hasNext()) {
        return null;
      }
      CsvRecord row = records.next();
      return new Row(row.getFields(), path, row.getStartingLineNumber());
    } catch (UncheckedIOException | CsvParseException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  @Override
  public void close() {
    try {
      records.close();
      reader.close();
    } catch (IOException e) {
      throw DataException.at(path.toString(), e);
    }
  }

  @Override
  public String toString() {
    return path + " from line " + (skipped + 1);
  }
}
