package dev.gatun.ffi;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Shape, element type and layout of a buffer, as oneDNN sees it.
 *
 * <p>A plain value on the heap. Its layout is <i>strided</i> (distances in elements between
 * neighbours along each dimension); <i>any</i> (oneDNN chooses, ask the built primitive);
 * <i>panels</i> (packed weights); or <i>blocked</i> (what a primitive chose), of which only the
 * size is known here. Dimensions are in oneDNN's order whatever the layout: activations [N, C,
 * spatial...], weights [O, I, spatial...] or [G, O, I, spatial...], matrices [batch..., rows,
 * columns].
 */
public final class MemoryDesc {
  /** Most dimensions that oneDNN takes. */
  static final int MAX_DIMS = 12;

  // Numbers of dnnl_format_tag_any and of dnnl_BA16a32b, [n / 32][k / 16][16][32].
  private static final int TAG_UNDEFINED = 0;
  private static final int TAG_ANY = 1;
  private static final int TAG_PANELS_32 = 504;
  private static final int PANEL_ROWS = 16;
  private static final int PANEL_COLUMNS = 32;

  private final DataType type;
  private final long[] dims;
  private final long @Nullable [] strides;
  private final byte @Nullable [] blob;
  private final int tag;
  private final long sizeBytes;

  private MemoryDesc(
      DataType type,
      long[] dims,
      long @Nullable [] strides,
      byte @Nullable [] blob,
      int tag,
      long sizeBytes) {
    this.type = type;
    this.dims = dims;
    this.strides = strides;
    this.blob = blob;
    this.tag = tag;
    this.sizeBytes = sizeBytes;
  }

  /** Rows after rows: the last dimension is contiguous. */
  public static MemoryDesc rowMajor(DataType type, long... dims) {
    return plain(type, "abcdefghijkl".substring(0, checkDims(dims).length), dims);
  }

  /**
   * A dense layout in which the dimensions lie in the given order, outermost first.
   *
   * @param order one letter a dimension, {@code a} is dims[0]: {@code "acdb"} is channels-last for
   *     dims [N, C, H, W], {@code "ba"} a transposed matrix
   */
  public static MemoryDesc plain(DataType type, String order, long... dims) {
    checkDims(dims);
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = order.length() - 1; i >= 0; i--) {
      int dim = order.charAt(i) - 'a';
      if (order.length() != dims.length || dim < 0 || dim >= dims.length || strides[dim] != 0) {
        throw new IllegalArgumentException(
            "order '"
                + order
                + "' must name each of the "
                + dims.length
                + " dimensions of "
                + Arrays.toString(dims)
                + " once");
      }
      strides[dim] = stride;
      stride = Math.multiplyExact(stride, Math.max(1, dims[dim]));
    }
    return strided(type, dims, strides);
  }

  /** Any distances: {@code strides[i]} elements lie between neighbours along dimension i. */
  public static MemoryDesc strided(DataType type, long[] dims, long[] strides) {
    checkDims(dims);
    if (strides.length != dims.length) {
      throw new IllegalArgumentException(
          "strides " + Arrays.toString(strides) + " do not fit dims " + Arrays.toString(dims));
    }
    long last = 0;
    boolean empty = false;
    for (int i = 0; i < dims.length; i++) {
      if (strides[i] < 0) {
        throw new IllegalArgumentException("negative stride in " + Arrays.toString(strides));
      }
      empty |= dims[i] == 0;
      last = Math.addExact(last, Math.multiplyExact(Math.max(0, dims[i] - 1), strides[i]));
    }
    long size = empty ? 0 : Math.multiplyExact(last + 1, type.bytes());
    return new MemoryDesc(type, dims.clone(), strides.clone(), null, TAG_UNDEFINED, size);
  }

  /** Leaves the layout to the primitive; see {@link OneDnnPrimitive#desc}. */
  public static MemoryDesc any(DataType type, long... dims) {
    return new MemoryDesc(type, checkDims(dims).clone(), null, null, TAG_ANY, 0);
  }

  /**
   * Weights [k, n] of a matrix product in panels of 32 columns, as Gatun's own kernels pack them.
   *
   * <p>Panel p holds columns 32p to 32p + 31, row after row, k rounded up to 16 rows; what is
   * outside [k, n] is zero. One packed copy serves both kernels, at the speed of oneDNN's own
   * choice (README).
   */
  public static MemoryDesc panels32(DataType type, long k, long n) {
    long[] dims = checkDims(new long[] {k, n}).clone();
    long rows = Math.ceilDiv(k, PANEL_ROWS) * PANEL_ROWS;
    long columns = Math.ceilDiv(n, PANEL_COLUMNS) * PANEL_COLUMNS;
    long size = Math.multiplyExact(Math.multiplyExact(rows, columns), type.bytes());
    return new MemoryDesc(type, dims, null, null, TAG_PANELS_32, size);
  }

  static MemoryDesc opaque(DataType type, long[] dims, byte[] blob, long sizeBytes) {
    return new MemoryDesc(type, dims, null, blob, TAG_UNDEFINED, sizeBytes);
  }

  private static long[] checkDims(long[] dims) {
    boolean negative = Arrays.stream(dims).anyMatch(d -> d < 0);
    if (dims.length == 0 || dims.length > MAX_DIMS || negative) {
      throw new IllegalArgumentException(
          "dims must be 1 to " + MAX_DIMS + " sizes of 0 or more, got " + Arrays.toString(dims));
    }
    return dims;
  }

  /** Element type. */
  public DataType type() {
    return type;
  }

  /** Sizes of the dimensions. */
  public long[] dims() {
    return dims.clone();
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Bytes from the first element to the end of the last, padding of blocks included; 0 for any. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Whether the layout is left to the primitive. */
  public boolean isAny() {
    return tag == TAG_ANY;
  }

  /** Whether the layout is one of strides, as opposed to blocks. */
  public boolean isStrided() {
    return strides != null;
  }

  /**
   * Elements between neighbours along each dimension.
   *
   * @throws IllegalStateException when the layout is not strided
   */
  public long[] strides() {
    if (strides == null) {
      throw new IllegalStateException("the layout of " + this + " has no strides");
    }
    return strides.clone();
  }

  /** The same shape and type with the layout left to the primitive. */
  public MemoryDesc asAny() {
    return any(type, dims);
  }

  /** Number of the format for oneDNN when there are neither strides nor a blob. */
  int tag() {
    return tag;
  }

  byte @Nullable [] blob() {
    return blob;
  }

  long[] dimsUnsafe() {
    return dims;
  }

  long @Nullable [] stridesUnsafe() {
    return strides;
  }

  /** Equal descriptors mean that no reorder is needed between them. */
  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof MemoryDesc other
        && type == other.type
        && tag == other.tag
        && Arrays.equals(dims, other.dims)
        && Arrays.equals(strides, other.strides)
        && Arrays.equals(blob, other.blob);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, Arrays.hashCode(dims), Arrays.hashCode(strides));
  }

  @Override
  public String toString() {
    String layout =
        strides != null
            ? " strides " + Arrays.toString(strides)
            : tag == TAG_ANY ? " any layout" : tag == TAG_PANELS_32 ? " panels of 32" : " blocked";
    return type.name().toLowerCase(java.util.Locale.ROOT) + " " + Arrays.toString(dims) + layout;
  }
}
