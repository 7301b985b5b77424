package dev.gatun.train.recipe;

import dev.gatun.core.tensor.GatunException;

/**
 * What a run was asked for; kept beside its checkpoints.
 *
 * @param recipe its name
 * @param data "digits", a folder of IDX files, a CSV file or a text file
 * @param target the column of a table that is to be learnt; the last one if empty
 * @param numbers whether that column is a number to be estimated rather than a class
 * @param header whether the first line of a table names its columns
 * @param fill whether missing numbers are replaced by the mean of their column
 * @param epochs how often to go through the data; 0 for the recipe's own
 * @param minutes how long to train; 0 for as many epochs as there are
 * @param batch samples a step; 0 for the recipe's own
 * @param rate learning rate; 0 for the recipe's own
 * @param validation share of the data that is not trained on
 * @param context characters that a text model sees; 0 for the recipe's own
 * @param threads 0 for all processors
 */
public record Settings(
    String recipe,
    String data,
    String target,
    boolean numbers,
    boolean header,
    boolean fill,
    long epochs,
    double minutes,
    int batch,
    double rate,
    double validation,
    int context,
    long seed,
    int threads,
    String backend) {
  /** Checked. */
  public Settings {
    Recipe.Defaults defaults = Recipes.named(recipe).defaults();
    require(epochs >= 0, "epochs", "0 or more", epochs);
    require(minutes >= 0, "minutes", "0 or more", minutes);
    require(batch >= 0, "batch", "0 or more", batch);
    require(rate >= 0 && Double.isFinite(rate), "rate", "0 or more", rate);
    require(validation >= 0 && validation < 1, "validation", "in [0, 1)", validation);
    require(context >= 0, "context", "0 or more", context);
    // Runs that the clock ends go on for as long as it takes.
    epochs = epochs > 0 ? epochs : minutes > 0 ? Integer.MAX_VALUE : defaults.epochs();
    batch = batch > 0 ? batch : defaults.batch();
    rate = rate > 0 ? rate : defaults.rate();
    context = context > 0 ? context : defaults.context();
    if (data.isEmpty() && Recipes.named(recipe).readsText()) {
      throw new GatunException(recipe + ": learns from a text; give its file as --data FILE");
    }
    data = data.isEmpty() ? "digits" : data;
  }

  private static void require(boolean holds, String what, String wanted, Object found) {
    if (!holds) {
      throw new GatunException("--" + what + " must be " + wanted + ", got " + found);
    }
  }

  /** The same run on other data. */
  Settings on(String other) {
    return new Settings(
        recipe,
        other,
        target,
        numbers,
        header,
        fill,
        epochs,
        minutes,
        batch,
        rate,
        validation,
        context,
        seed,
        threads,
        backend);
  }
}
