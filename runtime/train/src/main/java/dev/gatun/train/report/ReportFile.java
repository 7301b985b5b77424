package dev.gatun.train.report;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import dev.gatun.train.EpochRecord;
import dev.gatun.train.Epochs;
import dev.gatun.train.History;
import dev.gatun.train.Listener;
import dev.gatun.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Function;

/**
 * A text file about the run, written anew after each epoch and at the end. Its place is tried
 * before the first step.
 */
public final class ReportFile implements Listener {
  private final Path file;
  private final Function<Trainer, String> text;

  private ReportFile(Path file, Function<Trainer, String> text) {
    this.file = file;
    this.text = text;
  }

  /** The values of all epochs as a table. */
  public static ReportFile history(Path file) {
    return new ReportFile(file, trainer -> new History(trainer.history(), "").toCsv());
  }

  /** The curves as a picture; the recording must come before it among the listeners. */
  public static ReportFile curves(Path file, Recording recording) {
    return new ReportFile(file, trainer -> recording.toSvg());
  }

  @Override
  public void fitStarted(Trainer trainer, Epochs epochs) {
    write(text.apply(trainer));
  }

  @Override
  public void epochEnded(Trainer trainer, EpochRecord epoch) {
    write(text.apply(trainer));
  }

  @Override
  public void fitEnded(Trainer trainer, History history) {
    write(text.apply(trainer));
  }

  private void write(String content) {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(partial, content);
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new GatunException(file + ": cannot be written: " + FormatException.reason(e), e);
    }
  }
}
