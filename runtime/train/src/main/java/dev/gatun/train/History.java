package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The records of all epochs, those before a resumption included. */
public record History(List<EpochRecord> epochs, String endedBy) {
  public History {
    epochs = List.copyOf(epochs);
  }

  /** The last epoch. */
  public EpochRecord last() {
    if (epochs.isEmpty()) {
      throw new GatunException("history: no epoch has ended yet");
    }
    return epochs.get(epochs.size() - 1);
  }

  /** A value of every epoch; NaN where there is none. */
  public double[] values(String name) {
    return epochs.stream().mapToDouble(epoch -> epoch.get(name)).toArray();
  }

  /** A table with a line an epoch. */
  public String toCsv() {
    Set<String> names = new LinkedHashSet<>();
    epochs.forEach(epoch -> names.addAll(epoch.values().keySet()));
    StringBuilder csv = new StringBuilder("epoch,steps,rate,seconds");
    names.forEach(name -> csv.append(',').append(name));
    csv.append('\n');
    for (EpochRecord epoch : epochs) {
      List<String> cells = new ArrayList<>();
      cells.add(Long.toString(epoch.epoch()));
      cells.add(Long.toString(epoch.steps()));
      cells.add(Double.toString(epoch.rate()));
      cells.add(Double.toString(epoch.seconds()));
      for (String name : names) {
        cells.add(epoch.values().containsKey(name) ? Double.toString(epoch.get(name)) : "");
      }
      csv.append(String.join(",", cells)).append('\n');
    }
    return csv.toString();
  }

  /** Writes {@link #toCsv} to a file. */
  public void writeCsv(Path file) {
    try {
      Files.writeString(file, toCsv());
    } catch (IOException e) {
      throw new GatunException("history: cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
