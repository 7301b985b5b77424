package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The class, group or other whole number that each sample of a set has in one field. */
final class Labels {
  private final long[] values;

  private Labels(long[] values) {
    this.values = values;
  }

  /** Reads the field of every sample; a single whole number, or a one-hot vector. */
  static Labels of(IndexedDataset dataset, String field) {
    long[] values = new long[Indices.checkedCount(dataset.count())];
    for (int i = 0; i < values.length; i++) {
      Tensor value = dataset.entry(i, 0).field(field);
      values[i] = number(value, i, field);
    }
    return new Labels(values);
  }

  private static long number(Tensor value, int sample, String field) {
    if (value.elements() == 1) {
      double number = value.getDouble(0);
      if (number == Math.rint(number)) {
        return (long) number;
      }
    } else if (value.shape().rank() == 1) {
      int hot = -1;
      boolean oneHot = true;
      for (int c = 0; c < value.elements(); c++) {
        double number = value.getDouble(c);
        oneHot &= number == 0 || number == 1 && hot < 0;
        hot = number == 1 ? c : hot;
      }
      if (oneHot && hot >= 0) {
        return hot;
      }
    }
    throw new DataException(
        "sample " + sample + ": field '" + field + "' is " + value + ", not a class");
  }

  int count() {
    return values.length;
  }

  long of(int sample) {
    return values[sample];
  }

  /** Numbers of the samples by class, classes in order. */
  Map<Long, long[]> members() {
    Map<Long, List<Long>> lists = new TreeMap<>();
    for (int i = 0; i < values.length; i++) {
      lists.computeIfAbsent(values[i], label -> new ArrayList<>()).add((long) i);
    }
    Map<Long, long[]> members = new TreeMap<>();
    lists.forEach(
        (label, list) -> members.put(label, list.stream().mapToLong(Long::longValue).toArray()));
    return members;
  }

  /** The same labels of some samples, by position. */
  Labels select(long[] samples) {
    return new Labels(Arrays.stream(samples).map(i -> values[(int) i]).toArray());
  }
}
