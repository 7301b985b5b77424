package dev.gatun.train.data;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Loads the samples of one batch into native memory, each straight to its row. */
final class Collate {
  private final Batching batching;
  private final BatchMemory memory;

  Collate(Batching batching, BatchMemory memory) {
    this.batching = batching;
    this.memory = memory;
  }

  /** The batch of these entries, or null when {@code stop} says so between two samples. */
  @Nullable Batch load(long index, List<Entry> entries, BooleanSupplier stop) {
    int size = batching.last() == Last.PAD ? batching.size() : entries.size();
    List<MemorySegment> blocks = new ArrayList<>();
    List<Sample> samples = batching.padding().isEmpty() ? List.of() : loadAll(entries, stop);
    if (stop.getAsBoolean()) {
      return null;
    }
    Sample first = samples.isEmpty() ? entries.get(0).load() : samples.get(0);
    Field[] fields = new Field[first.names().size()];
    for (int f = 0; f < fields.length; f++) {
      fields[f] = field(first, f, size, samples, blocks);
    }
    for (int i = 0; i < entries.size(); i++) {
      Sample sample = i == 0 ? first : samples.isEmpty() ? entries.get(i).load() : samples.get(i);
      if (stop.getAsBoolean()) {
        memory.give(blocks);
        return null;
      }
      checkNames(first, sample);
      for (int f = 0; f < fields.length; f++) {
        fields[f].put(i, sample.value(f), sample, first);
      }
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Field field : fields) {
      field.clear(entries.size());
      tensors.put(field.name, field.tensor());
    }
    addCompanions(tensors, samples, size, entries.size(), blocks);
    return new Batch(index, entries.size(), size, tensors, () -> memory.give(blocks));
  }

  private static List<Sample> loadAll(List<Entry> entries, BooleanSupplier stop) {
    List<Sample> samples = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      if (stop.getAsBoolean()) {
        break;
      }
      samples.add(entry.load());
    }
    return samples;
  }

  private static void checkNames(Sample first, Sample sample) {
    if (!sample.names().equals(first.names())) {
      throw new DataException(
          sample.origin()
              + ": fields "
              + sample.names()
              + " differ from "
              + first.names()
              + " of "
              + first.origin()
              + "; samples of one batch need the same fields");
    }
  }

  private Field field(
      Sample first, int f, int size, List<Sample> samples, List<MemorySegment> blocks) {
    String name = first.names().get(f);
    Tensor value = first.value(f);
    Shape row = value.shape();
    Batching.Padding padding = batching.padding().get(name);
    if (padding != null) {
      row = Ragged.largest(samples, f, padding.multiple());
    }
    long bytes = Math.multiplyExact(row.elements() * value.dtype().bytes(), size);
    if (value.dtype() == DType.STRING) {
      return new Field(name, value.dtype(), row, size, MemorySegment.NULL, padding);
    }
    return new Field(name, value.dtype(), row, size, block(bytes, blocks), padding);
  }

  private MemorySegment block(long bytes, List<MemorySegment> blocks) {
    MemorySegment block = memory.take(bytes);
    blocks.add(block);
    return block;
  }

  /** Lengths, masks and weights, where they are asked for. */
  private void addCompanions(
      Map<String, Tensor> tensors,
      List<Sample> samples,
      int size,
      int rows,
      List<MemorySegment> blocks) {
    batching
        .padding()
        .forEach(
            (name, padding) -> {
              Tensor padded = tensors.get(name);
              if (padded == null) {
                throw new DataException(
                    samples.get(0).origin() + ": there is no field '" + name + "' to pad");
              }
              long[] lengths = new long[size];
              for (int i = 0; i < rows; i++) {
                lengths[i] = samples.get(i).get(name).shape().size(0);
              }
              if (padding.lengths().isPresent()) {
                add(tensors, padding.lengths().get(), Tensor.of(lengths, size));
              }
              if (padding.mask().isPresent()) {
                add(
                    tensors,
                    padding.mask().get(),
                    Ragged.mask(lengths, Math.toIntExact(padded.shape().size(1))));
              }
            });
    if (batching.weights().isPresent()) {
      MemorySegment block = block(4L * size, blocks);
      for (int i = 0; i < size; i++) {
        block.setAtIndex(ValueLayout.JAVA_FLOAT, i, i < rows ? 1 : 0);
      }
      add(tensors, batching.weights().get(), Tensor.wrap(DType.F32, Shape.of(size), block));
    }
  }

  private static void add(Map<String, Tensor> tensors, String name, Tensor tensor) {
    if (tensors.putIfAbsent(name, tensor) != null) {
      throw new DataException(
          "the samples have a field '" + name + "' already; choose another name");
    }
  }

  /** One field of a batch on its way. */
  private static final class Field {
    private final String name;
    private final DType dtype;
    private final Shape row;
    private final int size;
    private final MemorySegment block;
    private final Batching.@Nullable Padding padding;
    private final long rowBytes;
    private final String[] strings;

    Field(
        String name,
        DType dtype,
        Shape row,
        int size,
        MemorySegment block,
        Batching.@Nullable Padding padding) {
      this.name = name;
      this.dtype = dtype;
      this.row = row;
      this.size = size;
      this.block = block;
      this.padding = padding;
      this.rowBytes = row.elements() * dtype.bytes();
      this.strings = new String[dtype == DType.STRING ? Math.toIntExact(row.elements() * size) : 0];
    }

    void put(int i, Tensor value, Sample sample, Sample first) {
      if (value.dtype() != dtype || padding == null && !value.shape().equals(row)) {
        throw new DataException(
            sample.origin()
                + ": field '"
                + name
                + "' is "
                + value.type()
                + " but "
                + dtype
                + row
                + " in "
                + first.origin()
                + "; samples of one batch need the same type"
                + (value.dtype() == dtype ? " (or padding for this field)" : ""));
      }
      if (dtype == DType.STRING) {
        for (int k = 0; k < value.elements(); k++) {
          strings[i * (int) row.elements() + k] = value.getString(k);
        }
      } else if (padding == null) {
        value.copyTo(block.asSlice(i * rowBytes, rowBytes));
      } else {
        Ragged.copy(value, row, padding.value(), block.asSlice(i * rowBytes, rowBytes));
      }
    }

    /** Zeros (empty strings) behind the last sample. */
    void clear(int rows) {
      if (dtype == DType.STRING) {
        for (int i = rows * (int) row.elements(); i < strings.length; i++) {
          strings[i] = "";
        }
      } else {
        block.asSlice(rows * rowBytes).fill((byte) 0);
      }
    }

    Tensor tensor() {
      long[] sizes = new long[row.rank() + 1];
      sizes[0] = size;
      System.arraycopy(row.sizes(), 0, sizes, 1, row.rank());
      return dtype == DType.STRING
          ? Tensor.of(strings, sizes)
          : Tensor.wrap(dtype, Shape.of(sizes), block);
    }
  }
}
