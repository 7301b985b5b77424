package dev.gatun.train.recipe;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.train.Checkpoints;
import dev.gatun.train.History;
import dev.gatun.train.Listener;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainerBuilder;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.metric.Metric;
import dev.gatun.train.net.Net;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A recipe on data: trains from the beginning or on from a checkpoint, and measures the result. */
public final class Run implements AutoCloseable {
  private static final int MEASURED_AT_ONCE = 64;

  private final Settings settings;
  private final Recipe recipe;
  private final Task task;
  private final Pace pace;
  private final Batches train;
  private final Trainer trainer;
  private boolean resumed;

  private Run(
      Settings settings,
      Task task,
      List<Metric> metrics,
      List<Listener> listeners,
      Optional<Checkpoints> checkpoints) {
    this.settings = settings;
    this.task = task;
    recipe = Recipes.named(settings.recipe());
    train = training();
    pace = Pace.of(settings.epochs(), train.size().orElseThrow(), settings.minutes());
    Net net = recipe.net(task).initialize(settings.seed());
    TrainerBuilder builder =
        Trainer.builder(net)
            .loss(recipe.loss(task))
            .optimizer(recipe.optimizer(settings.rate()))
            .clip(recipe.clipping())
            .metrics(metrics.toArray(Metric[]::new))
            .schedule(pace.schedule())
            .session(
                SessionOptions.DEFAULT
                    .backend(Backend.parse(settings.backend()))
                    .threads(settings.threads()))
            .seed(settings.seed())
            .listener(pace); // the first, for checkpoints know listeners by their position
    listeners.forEach(builder::listener);
    checkpoints.ifPresent(builder::listener);
    trainer = builder.build();
  }

  /**
   * A run from the beginning.
   *
   * @param folder for checkpoints
   * @param everySteps how often one is written, beside the end of each epoch; 0 for never
   */
  public static Run begin(
      Settings settings, Optional<Path> folder, long everySteps, List<Listener> listeners) {
    if (folder.isPresent() && RunFile.isIn(folder.get())) {
      throw new GatunException(
          folder.get()
              + ": holds a run already; go on with it (gatun resume "
              + folder.get()
              + "), or choose another folder");
    }
    Task task = TaskReader.read(settings, Optional.empty());
    Run run =
        new Run(
            settings,
            task,
            Recipes.named(settings.recipe()).metrics(task),
            listeners,
            folder.map(path -> Checkpoints.in(path).everySteps(everySteps)));
    folder.ifPresent(path -> new RunFile(settings, task.encoding()).write(path));
    return run;
  }

  /** A run that was begun before, from its latest checkpoint. */
  public static Run resume(Path folder, long everySteps, List<Listener> listeners) {
    RunFile file = RunFile.read(folder);
    Task task = TaskReader.read(file.settings(), Optional.of(file.encoding()));
    Checkpoints checkpoints = Checkpoints.in(folder).everySteps(everySteps);
    List<Metric> metrics = Recipes.named(file.settings().recipe()).metrics(task);
    Run run = new Run(file.settings(), task, metrics, listeners, Optional.of(checkpoints));
    run.resumed = checkpoints.resume(run.trainer).isPresent();
    return run;
  }

  /** A run as its latest checkpoint left it, to be measured. */
  static Run load(Path folder, Optional<String> data) {
    RunFile file = RunFile.read(folder);
    Settings settings = data.map(file.settings()::on).orElse(file.settings());
    Task task = TaskReader.read(settings, Optional.of(file.encoding()));
    Run run =
        new Run(
            settings,
            task,
            Evaluation.metrics(Recipes.named(settings.recipe()), task),
            List.of(),
            Optional.empty());
    if (Checkpoints.in(folder).resume(run.trainer).isEmpty()) {
      run.close();
      throw new GatunException(folder + ": has no checkpoint yet");
    }
    return run;
  }

  private Batches training() {
    Dataset samples =
        task.train().map(sample -> recipe.sample(task, sample)).shuffle(settings.seed());
    if (task.goal() == Task.Goal.CHARACTERS) {
      // Windows overlap: an epoch sees as many characters as there are, cut up anew each time.
      long windows = Math.max(1, task.train().count() / settings.context());
      samples = samples.take(Math.max(windows, Math.min(settings.batch(), task.train().count())));
    }
    return samples.batch(settings.batch()).prefetch(1);
  }

  Batches measured(IndexedDataset set) {
    return set.map(sample -> recipe.sample(task, sample)).batch(MEASURED_AT_ONCE);
  }

  /** Trains to the end. */
  public History fit() {
    return task.validation().isPresent()
        ? trainer.fit(train, measured(task.validation().get()), pace.epochs())
        : trainer.fit(train, pace.epochs());
  }

  /** Loss and metrics over what was held back and what the data itself keeps apart, by part. */
  public Map<String, Map<String, Double>> evaluate() {
    Map<String, Map<String, Double>> parts = new LinkedHashMap<>();
    task.validation().ifPresent(set -> parts.put("validation", trainer.evaluate(measured(set))));
    task.test().ifPresent(set -> parts.put("test", trainer.evaluate(measured(set))));
    return parts;
  }

  /** Whether there was a checkpoint to go on from. */
  public boolean isResumed() {
    return resumed;
  }

  /** What was asked for, with what the recipe added. */
  public Settings settings() {
    return settings;
  }

  /** The trainer. */
  public Trainer trainer() {
    return trainer;
  }

  Task task() {
    return task;
  }

  /** What is trained on what, for people. */
  public String describe() {
    long parameters = trainer.net().parameterCount();
    return String.format(
        java.util.Locale.ROOT,
        "%s on %s: %,d parameters, %,d samples to train on, %,d held back, batches of %d",
        settings.recipe(),
        settings.data(),
        parameters,
        task.train().count(),
        task.validation().map(IndexedDataset::count).orElse(0L),
        settings.batch());
  }

  @Override
  public void close() {
    trainer.close();
  }
}
