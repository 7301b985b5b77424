package dev.gatun.train.data;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV file as they come, parsed when they are loaded. */
final class CsvDataset extends Dataset {
  private final Csv csv;

  CsvDataset(Csv csv) {
    this.csv = csv;
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.empty();
  }

  @Override
  Entries open(long epoch) {
    CsvRows rows = csv.open();
    Csv.Parser parser;
    try {
      parser = csv.new Parser(rows);
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
    return new Entries() {
      @Override
      public @Nullable Entry next() {
        CsvRows.Row row = rows.next();
        return row == null ? null : () -> parser.parse(row);
      }

      @Override
      public void close() {
        rows.close();
      }
    };
  }
}
