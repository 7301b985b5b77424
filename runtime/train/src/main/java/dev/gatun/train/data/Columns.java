package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Samples that are rows of tensors; a sample is a view of them. */
final class Columns extends IndexedDataset {
  private final List<String> names;
  private final Column[] columns;
  private final long count;
  private final String source;

  /** Columns of equally many rows; a sample is called {@code source} and its number. */
  Columns(Map<String, Tensor> tensors, String source) {
    this.source = source;
    if (tensors.isEmpty()) {
      throw new DataException("a data set needs at least one tensor");
    }
    names = List.copyOf(tensors.keySet());
    List<Column> made = new ArrayList<>();
    for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
      made.add(Column.of(each.getKey(), each.getValue()));
    }
    columns = made.toArray(new Column[0]);
    count = columns[0].rows();
    for (int i = 1; i < columns.length; i++) {
      if (columns[i].rows() != count) {
        throw new DataException(
            "the first axes differ: '"
                + names.get(0)
                + "' has "
                + count
                + " samples, '"
                + names.get(i)
                + "' has "
                + columns[i].rows());
      }
    }
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  Entry entry(long index, long epoch) {
    return new Row(index);
  }

  /** One row of all columns. */
  private final class Row implements Entry {
    private final long index;

    Row(long index) {
      this.index = index;
    }

    @Override
    public Sample load() {
      Tensor[] values = new Tensor[columns.length];
      for (int c = 0; c < values.length; c++) {
        values[c] = columns[c].row(index);
      }
      return new Sample(names, values, source + " " + index);
    }

    @Override
    public Tensor field(String name) {
      int at = names.indexOf(name);
      return at < 0 ? load().get(name) : columns[at].row(index);
    }
  }

  /** A tensor cut into rows. */
  private record Column(
      Tensor tensor, MemorySegment memory, Shape rowShape, long rows, long rowBytes) {
    static Column of(String name, Tensor tensor) {
      Shape shape = tensor.shape();
      if (shape.rank() == 0) {
        throw new DataException(
            "'" + name + "' is a single number; its first axis must count samples");
      }
      Shape row = Shape.of(Arrays.copyOfRange(shape.sizes(), 1, shape.rank()));
      long rowBytes = row.elements() * tensor.dtype().bytes();
      return new Column(tensor, tensor.data(), row, shape.size(0), rowBytes);
    }

    Tensor row(long index) {
      if (tensor.dtype() == DType.STRING) {
        String[] strings = new String[Math.toIntExact(rowShape.elements())];
        for (int i = 0; i < strings.length; i++) {
          strings[i] = tensor.getString(index * strings.length + i);
        }
        return Tensor.of(strings, rowShape.sizes());
      }
      return Tensor.wrap(tensor.dtype(), rowShape, memory.asSlice(index * rowBytes, rowBytes));
    }
  }
}
