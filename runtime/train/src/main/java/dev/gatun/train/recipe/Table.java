package dev.gatun.train.recipe;

import dev.gatun.train.data.Csv;
import dev.gatun.train.data.DataException;
import dev.gatun.train.data.Filling;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Preparation;
import dev.gatun.train.data.Sample;
import dev.gatun.train.data.Scaling;
import dev.gatun.train.data.Splits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A CSV file with a column to learn; all others are features, scaled to mean 0 and deviation 1. */
record Table(Task.Goal goal, IndexedDataset data, Encoding encoding, int outputs) {
  static Table read(Path path, Settings settings, Optional<Encoding> known) {
    Csv csv = settings.header() ? Csv.of(path) : Csv.of(path).headerless();
    List<String> names = csv.columns();
    if (names.size() < 2) {
      throw new DataException(
          path + ": has only the column " + names + "; features and a target are needed");
    }
    String target =
        known
            .map(Encoding::target)
            .orElse(settings.target().isEmpty() ? names.get(names.size() - 1) : settings.target());
    List<String> features =
        known
            .map(Encoding::columns)
            .orElseGet(() -> names.stream().filter(name -> !name.equals(target)).toList());
    List<String> classes =
        settings.numbers()
            ? List.of()
            : known.map(Encoding::classes).orElseGet(() -> csv.categories(target));
    Csv fields = csv.numbers("x", features.toArray(String[]::new));
    if (!settings.numbers()) {
      requireFew(path, target, classes);
    }
    fields =
        settings.numbers() ? fields.numbers("y", target) : fields.category("y", target, classes);
    IndexedDataset rows = fields.read();
    if (rows.count() == 0) {
      throw new DataException(path + ": has no rows");
    }
    if (!settings.fill()) {
      Labelled.requireNumbers(rows, "x", features);
    }
    if (settings.numbers()) {
      Labelled.requireNumbers(rows, "y", List.of(target));
    }
    List<Preparation> preparations =
        known.map(Encoding::preparations).orElseGet(() -> fit(rows, settings));
    IndexedDataset ready = rows;
    for (Preparation each : preparations) {
      ready = ready.map((Sample sample) -> each.apply(sample));
    }
    return new Table(
        settings.numbers() ? Task.Goal.NUMBERS : Task.Goal.CLASSES,
        ready.cache(),
        new Encoding(features, target, classes, "", preparations),
        settings.numbers() ? 1 : classes.size());
  }

  /** A column of measurements taken for classes would make one of every row. */
  private static void requireFew(Path path, String target, List<String> classes) {
    for (String word : classes) {
      if (Set.of("", "NA", "NaN", "nan", "null", "?").contains(word.strip())) {
        throw new DataException(
            path + ": column '" + target + "' is the target, but holds '" + word + "' in some row");
      }
    }
    if (classes.size() < 2 || classes.size() > 1000) {
      throw new DataException(
          path
              + ": column '"
              + target
              + "' holds "
              + classes.size()
              + " different values, which are no classes; name another column with --target, or"
              + " say --numbers if it is to be estimated");
    }
  }

  /** Fitted to the part that is trained on. */
  private static List<Preparation> fit(IndexedDataset rows, Settings settings) {
    IndexedDataset train =
        settings.validation() == 0
            ? rows
            : settings.numbers()
                ? Splits.random(
                        rows, settings.seed(), 1 - settings.validation(), settings.validation())
                    .get(0)
                : Splits.stratified(
                        rows,
                        "y",
                        settings.seed(),
                        1 - settings.validation(),
                        settings.validation())
                    .get(0);
    List<Preparation> all = new ArrayList<>();
    IndexedDataset filled = train;
    if (settings.fill()) {
      Filling filling = Filling.mean(train, "x");
      all.add(filling);
      filled = train.map(filling::apply);
    }
    all.add(Scaling.standard(filled, "x"));
    if (settings.numbers()) {
      all.add(Scaling.standard(train, "y"));
    }
    return all;
  }
}
