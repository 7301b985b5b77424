package dev.gatun.train.data;

import dev.gatun.core.tensor.Tensor;
import java.util.Map;

/**
 * Samples put together: tensors in native memory whose first axis counts them.
 *
 * <p>Closing a batch is optional and gives its memory to a later one; its tensors must not be used
 * afterwards.
 */
public final class Batch implements AutoCloseable {
  private final long index;
  private final int rows;
  private final int size;
  private final Runnable release;
  private Map<String, Tensor> fields;

  Batch(long index, int rows, int size, Map<String, Tensor> fields, Runnable release) {
    this.index = index;
    this.rows = rows;
    this.size = size;
    this.fields = fields;
    this.release = release;
  }

  /** Position in its epoch, from 0. */
  public long index() {
    return index;
  }

  /** Number of rows that are samples; the others are zeros and come last. */
  public int rows() {
    return rows;
  }

  /** Size of the first axis. */
  public int size() {
    return size;
  }

  /** A field. */
  public Tensor get(String name) {
    Tensor tensor = asMap().get(name);
    if (tensor == null) {
      throw new DataException("a batch has no field '" + name + "', only " + fields.keySet());
    }
    return tensor;
  }

  /** The fields by name. */
  public Map<String, Tensor> asMap() {
    if (fields.isEmpty()) {
      throw new IllegalStateException("this batch is closed; its memory belongs to another");
    }
    return fields;
  }

  @Override
  public void close() {
    if (!fields.isEmpty()) {
      fields = Map.of();
      release.run();
    }
  }
}
