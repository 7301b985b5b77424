package dev.gatun.kernels;

/**
 * Converts the elements of a dense tensor from one type to another.
 *
 * <p>Floats become integers by truncation to 64 bits, of which the low ones are kept (NaN is 0);
 * integers keep their low bits; booleans are {@code x != 0}; floats round to nearest, ties to even,
 * F16 and BF16 from F64 too in one rounding. Memory bound for the pairs models use (F32 with F16,
 * BF16, I32, I8, U8, BOOL), about a nanosecond an element for the rest. Immutable.
 */
public final class Cast {
  private static final long TASK_BYTES = 64 << 10;
  private static final int MAX_TASKS = 64;

  private enum Path {
    COPY,
    F32_F16,
    F16_F32,
    F32_BF16,
    BF16_F32,
    F32_I32,
    I32_F32,
    F32_I8,
    I8_F32,
    U8_F32,
    I64_I32,
    I32_I64,
    I64_F32,
    F32_F64,
    F64_F32,
    WHOLE,
    REAL
  }

  private final ElementType from;
  private final ElementType to;
  private final Path path;
  private final long count;
  private final int tasks;

  private Cast(ElementType from, ElementType to, long count) {
    if (count < 0) {
      throw new IllegalArgumentException("cast: negative number of elements: " + count);
    }
    this.from = from;
    this.to = to;
    this.count = count;
    path = path(from, to);
    long bytes = count * Math.max(from.bytes(), to.bytes());
    tasks = (int) Math.max(1, Math.min(MAX_TASKS, bytes / TASK_BYTES));
  }

  private static Path path(ElementType from, ElementType to) {
    boolean whole = !from.isFloating() && !to.isFloating();
    if (from == to || (whole && to != ElementType.BOOL && from.bytes() == to.bytes())) {
      return Path.COPY;
    }
    boolean toByte = to == ElementType.I8 || to == ElementType.U8;
    return switch (from) {
      case F32 ->
          switch (to) {
            case F16 -> Path.F32_F16;
            case BF16 -> Path.F32_BF16;
            case I32 -> Path.F32_I32;
            case F64 -> Path.F32_F64;
            default -> toByte ? Path.F32_I8 : Path.REAL;
          };
      case F16 -> to == ElementType.F32 ? Path.F16_F32 : Path.REAL;
      case BF16 -> to == ElementType.F32 ? Path.BF16_F32 : Path.REAL;
      case F64 -> to == ElementType.F32 ? Path.F64_F32 : Path.REAL;
      case I32 ->
          switch (to) {
            case F32 -> Path.I32_F32;
            case I64, U64 -> Path.I32_I64;
            default -> whole ? Path.WHOLE : Path.REAL;
          };
      case I64 ->
          switch (to) {
            case F32 -> Path.I64_F32;
            case I32, U32 -> Path.I64_I32;
            default -> whole ? Path.WHOLE : Path.REAL;
          };
      case I8 -> to == ElementType.F32 ? Path.I8_F32 : whole ? Path.WHOLE : Path.REAL;
      case U8, BOOL -> to == ElementType.F32 ? Path.U8_F32 : whole ? Path.WHOLE : Path.REAL;
      case I16, U16, U32, U64 -> whole ? Path.WHOLE : Path.REAL;
    };
  }

  /** Plans a conversion of {@code count} elements. */
  public static Cast of(ElementType from, ElementType to, long count) {
    return new Cast(from, to, count);
  }

  /** Number of tasks, at least 1. */
  public int tasks() {
    return tasks;
  }

  /** Converts one task's share. */
  public void run(long src, long dst, int task) {
    long lines = count / 64;
    long first = lines * task / tasks * 64;
    long last = task == tasks - 1 ? count : lines * (task + 1) / tasks * 64;
    convert(src + first * from.bytes(), dst + first * to.bytes(), last - first);
  }

  private void convert(long src, long dst, long n) {
    switch (path) {
      case COPY -> CopyRows.copy(src, dst, n * from.bytes());
      case F32_F16 -> CastVectors.f32ToF16(src, dst, n);
      case F16_F32 -> CastVectors.f16ToF32(src, dst, n);
      case F32_BF16 -> CastVectors.f32ToBf16(src, dst, n);
      case BF16_F32 -> CastVectors.bf16ToF32(src, dst, n);
      case F32_I32 -> CastVectors.f32ToI32(src, dst, n);
      case I32_F32 -> CastVectors.i32ToF32(src, dst, n);
      case F32_I8 -> CastVectors.f32ToI8(src, dst, n);
      case I8_F32 -> CastVectors.i8ToF32(src, dst, n);
      case U8_F32 -> CastVectors.u8ToF32(src, dst, n);
      case I64_I32 -> CastElements.i64ToI32(src, dst, n);
      case I32_I64 -> CastElements.i32ToI64(src, dst, n);
      case I64_F32 -> CastElements.i64ToF32(src, dst, n);
      case F32_F64 -> CastElements.f32ToF64(src, dst, n);
      case F64_F32 -> CastElements.f64ToF32(src, dst, n);
      case WHOLE -> CastElements.whole(from, to, src, dst, n);
      case REAL -> CastElements.real(from, to, src, dst, n);
    }
  }
}
