package dev.gatun.train.data;

import java.util.List;

/** One field that a row of a CSV file becomes. */
sealed interface CsvField {
  String name();

  List<String> columns();

  /** Columns of numbers: float32 [columns]; missing ones are NaN. */
  record Numbers(String name, List<String> columns) implements CsvField {}

  /** One column of whole numbers: int64 []. */
  record Whole(String name, String column) implements CsvField {
    @Override
    public List<String> columns() {
      return List.of(column);
    }
  }

  /** One column of words, each of which stands for its position in the list: int64 []. */
  record Category(String name, String column, List<String> classes) implements CsvField {
    @Override
    public List<String> columns() {
      return List.of(column);
    }
  }

  /** One column as it is: string []. */
  record Text(String name, String column) implements CsvField {
    @Override
    public List<String> columns() {
      return List.of(column);
    }
  }
}
