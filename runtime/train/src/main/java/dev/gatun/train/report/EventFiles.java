package dev.gatun.train.report;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.formats.FormatException;
import dev.gatun.train.EpochRecord;
import dev.gatun.train.Epochs;
import dev.gatun.train.History;
import dev.gatun.train.Listener;
import dev.gatun.train.StepRecord;
import dev.gatun.train.Trainer;
import dev.gatun.train.inspect.Histogram;
import dev.gatun.train.inspect.Inspection;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the curves as event files for TensorBoard; each run of fit has a file of its own. */
public final class EventFiles implements Listener {
  private static final long STEPS_APART = 10;

  private final Path folder;
  private @Nullable OutputStream out;

  /** In a folder, which is made. */
  public EventFiles(Path folder) {
    this.folder = folder;
  }

  @Override
  public void fitStarted(Trainer trainer, Epochs epochs) {
    long now = System.currentTimeMillis();
    // TensorBoard looks for this beginning.
    Path file = folder.resolve("events.out.tfevents." + now / 1000 + "." + now % 1000 + ".gatun");
    try {
      Files.createDirectories(folder);
      out =
          new BufferedOutputStream(
              Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      write(EventWriter.version(time()));
      flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void stepEnded(Trainer trainer, StepRecord step) {
    if (step.step() == 1 || step.step() % STEPS_APART == 0) {
      scalar(step.step(), "loss/step", step.loss());
      scalar(step.step(), "optimizer/rate", step.rate());
      scalar(step.step(), "optimizer/gradient_norm", step.gradientNorm());
    }
  }

  @Override
  public void epochEnded(Trainer trainer, EpochRecord epoch) {
    for (Map.Entry<String, Double> value : epoch.values().entrySet()) {
      String name = value.getKey();
      boolean held = name.startsWith("val_");
      // Names with the same beginning share a panel.
      String tag = (held ? name.substring(4) : name) + (held ? "/validation" : "/train");
      scalar(epoch.steps(), tag, value.getValue());
    }
    flush();
  }

  /** Takes what was seen inside the network. */
  public void inspected(Inspection seen) {
    seen.gradients().forEach((layer, norm) -> scalar(seen.step(), "gradient/" + layer, norm));
    for (var layer : seen.layers()) {
      Histogram h = layer.histogram();
      double[] ends = new double[h.counts().length];
      for (int i = 0; i < ends.length; i++) {
        ends[i] = h.end(i);
      }
      write(
          EventWriter.histogram(
              time(), seen.step(), "layer/" + layer.layer(), h.low(), ends, h.counts()));
      if (layer.activation()) {
        scalar(seen.step(), "dead/" + layer.layer(), layer.dead());
      }
    }
  }

  @Override
  public void fitEnded(Trainer trainer, History history) {
    OutputStream stream = out;
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        throw failure(e);
      }
      out = null;
    }
  }

  private static double time() {
    return System.currentTimeMillis() / 1e3;
  }

  private void scalar(long step, String tag, double value) {
    write(EventWriter.scalar(time(), step, tag, value));
  }

  private void write(byte[] record) {
    OutputStream stream = out;
    if (stream == null) {
      throw new GatunException("event files: nothing is written before fit has started");
    }
    try {
      stream.write(record);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void flush() {
    OutputStream stream = out;
    if (stream != null) {
      try {
        stream.flush();
      } catch (IOException e) {
        throw failure(e);
      }
    }
  }

  private GatunException failure(IOException e) {
    return new GatunException(
        "event files: cannot write to " + folder + ": " + FormatException.reason(e), e);
  }
}
