package dev.gatun.train.recipe;

import dev.gatun.core.tensor.Shape;
import dev.gatun.train.Digits;
import dev.gatun.train.data.Alphabet;
import dev.gatun.train.data.DataException;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Splits;
import dev.gatun.train.data.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the data of a run: the built-in digits, a folder of IDX files, a table or a text. */
final class TaskReader {
  private final Settings settings;
  private final Optional<Encoding> known;

  private TaskReader(Settings settings, Optional<Encoding> known) {
    this.settings = settings;
    this.known = known;
  }

  /** Data to train on. */
  static Task read(Settings settings, Optional<Encoding> known) {
    return new TaskReader(settings, known).read();
  }

  private Task read() {
    boolean text = Recipes.named(settings.recipe()).readsText();
    if (settings.data().equals("digits")) {
      if (text) {
        throw new DataException(settings.recipe() + ": learns from a text, not from digits");
      }
      return pictures(Digits.load(), Optional.empty());
    }
    Path path = Path.of(settings.data());
    if (!Files.exists(path)) {
      throw new DataException(
          path
              + ": no such file or folder; --data takes digits, a folder of IDX files, a .csv"
              + " file or a text file");
    }
    if (text) {
      return text(path);
    }
    if (Files.isDirectory(path)) {
      IdxFolder folder = IdxFolder.of(path);
      return pictures(folder.train(), folder.test());
    }
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".csv") && !name.endsWith(".csv.gz")) {
      throw new DataException(
          path + ": " + settings.recipe() + " takes digits, a folder of IDX files or a .csv file");
    }
    Table table = Table.read(path, settings, known);
    return task(table.goal(), table.data(), Optional.empty(), table.encoding(), table.outputs());
  }

  private Task pictures(IndexedDataset data, Optional<IndexedDataset> test) {
    int classes = known.map(e -> e.classes().size()).orElseGet(() -> Labelled.classes(data));
    Labelled.require(data, classes);
    test.ifPresent(set -> Labelled.require(set, classes));
    return task(Task.Goal.CLASSES, data, test, Encoding.ofClasses(classes), classes);
  }

  private Task task(
      Task.Goal goal,
      IndexedDataset data,
      Optional<IndexedDataset> test,
      Encoding encoding,
      int outputs) {
    Shape sample = data.get(0).get("x").shape();
    if (settings.validation() == 0) {
      return new Task(goal, sample, outputs, encoding, data, Optional.empty(), test);
    }
    double share = settings.validation();
    List<IndexedDataset> parts =
        goal == Task.Goal.CLASSES
            ? Splits.stratified(data, "y", settings.seed(), 1 - share, share)
            : Splits.random(data, settings.seed(), 1 - share, share);
    return new Task(goal, sample, outputs, encoding, parts.get(0), Optional.of(parts.get(1)), test);
  }

  /**
   * The end of a text is held back; windows to train on begin anywhere, others lie side by side.
   */
  private Task text(Path path) {
    String text = Text.read(path);
    Alphabet alphabet = Alphabet.of(known.map(Encoding::alphabet).orElse(text));
    int[] codes;
    try {
      codes = alphabet.encode(text);
    } catch (DataException e) {
      throw new DataException(path + ": " + e.getMessage(), e);
    }
    int context = settings.context();
    int held = (int) Math.round(codes.length * settings.validation());
    int from = codes.length - held;
    if (from <= context || held > 0 && held <= context) {
      throw new DataException(
          path
              + ": has "
              + codes.length
              + " characters, of which "
              + held
              + " are for validation; both parts need more than the "
              + context
              + " that the model sees (--context)");
    }
    int[] trained = java.util.Arrays.copyOf(codes, from);
    int[] kept = java.util.Arrays.copyOfRange(codes, from, codes.length);
    Encoding encoding = new Encoding(List.of(), "", List.of(), alphabet.toString(), List.of());
    return new Task(
        Task.Goal.CHARACTERS,
        Shape.of(context),
        alphabet.size(),
        encoding,
        Text.windows(trained, context, 1),
        held == 0 ? Optional.empty() : Optional.of(Text.windows(kept, context, context)),
        Optional.empty());
  }
}
