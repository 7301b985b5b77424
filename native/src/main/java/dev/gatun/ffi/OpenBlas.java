package dev.gatun.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * OpenBLAS, version 0.3.15 or later: matrix products (CBLAS) and, through {@link Lapack},
 * decompositions.
 *
 * <p>Held to one thread, the caller's; that is a setting of the whole process. The threads which
 * OpenBLAS starts when it is loaded are ended at once. An instance is thread-safe and lives as long
 * as the process. Matrices are row-major, at addresses.
 */
public final class OpenBlas {
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;
  private static final int PARALLEL_PTHREADS = 1;
  private static final long TEXT_BYTES = 4096;

  private static final List<String> BLAS =
      List.of(
          "openblas_get_config",
          "openblas_get_corename",
          "openblas_get_parallel",
          "openblas_set_num_threads",
          "cblas_sgemm",
          "cblas_dgemm",
          "cblas_sgemv",
          "cblas_dgemv");

  private final Functions functions;
  private final String configuration;
  private final MethodHandle sgemm;
  private final MethodHandle dgemm;
  private final MethodHandle sgemv;
  private final MethodHandle dgemv;

  private OpenBlas(Functions functions, String configuration) {
    this.functions = functions;
    this.configuration = configuration;
    this.sgemm = functions.get("cblas_sgemm", "viiiiiifpipifpi");
    this.dgemm = functions.get("cblas_dgemm", "viiiiiidpipidpi");
    this.sgemv = functions.get("cblas_sgemv", "viiiifpipifpi");
    this.dgemv = functions.get("cblas_dgemv", "viiiidpipidpi");
  }

  /** Looks for OpenBLAS as the system properties say; the answer is the same every time. */
  public static Probe<OpenBlas> find() {
    return OfProcess.PROBE;
  }

  /** Looks for OpenBLAS in given places. */
  public static Probe<OpenBlas> find(NativeLibraries libraries) {
    return libraries.find(LibrarySpec.OPENBLAS, OpenBlas::bind);
  }

  private static final class OfProcess {
    static final Probe<OpenBlas> PROBE =
        NativeLibraries.findInProcess(LibrarySpec.OPENBLAS, OpenBlas::bind);
  }

  private static NativeLibraries.Bound<OpenBlas> bind(SymbolLookup lookup) {
    List<String> names = new ArrayList<>(BLAS);
    names.addAll(Lapack.functionNames());
    Functions functions = new Functions(lookup, names);
    String configuration = text(functions, "openblas_get_config");
    if (configuration.contains("USE64BITINT")) {
      throw new NativeLibraryException(
          "it is built for 64-bit integers (" + configuration + "), needed are 32-bit ones");
    }
    try {
      functions.get("openblas_set_num_threads", "vi").invokeExact(1);
      int parallel = (int) functions.get("openblas_get_parallel", "i").invokeExact();
      // Idle workers spin for tens of milliseconds before they sleep. After this order of calls no
      // worker is ever started again; the other way round the setting starts them anew.
      Optional<MethodHandle> shutdown = Functions.find(lookup, "blas_thread_shutdown_", "i");
      if (parallel == PARALLEL_PTHREADS && shutdown.isPresent()) {
        int status = (int) shutdown.get().invokeExact();
        if (status != 0) {
          throw new NativeLibraryException("its worker threads cannot be ended: " + status);
        }
      }
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
    String description =
        configuration.strip() + ", kernels for " + text(functions, "openblas_get_corename");
    return new NativeLibraries.Bound<>(
        new OpenBlas(functions, description), description + ", held to 1 thread");
  }

  private static String text(Functions functions, String function) {
    try {
      long address = (long) functions.get(function, "p").invokeExact();
      return MemorySegment.ofAddress(address).reinterpret(TEXT_BYTES).getString(0);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /** Version, build options and the processor that kernels were chosen for. */
  public String configuration() {
    return configuration;
  }

  /** Decompositions in single precision. */
  public Lapack lapackF32() {
    return new Lapack(functions, 's');
  }

  /** Decompositions in double precision. */
  public Lapack lapackF64() {
    return new Lapack(functions, 'd');
  }

  /**
   * C = alpha * op(A) * op(B) + beta * C in single precision.
   *
   * @param transposeA whether A is stored [k, m] instead of [m, k]
   * @param transposeB whether B is stored [n, k] instead of [k, n]
   * @param lda elements between rows of A as stored
   * @param ldb elements between rows of B as stored
   * @param ldc elements between rows of C [m, n]
   */
  public void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int lda,
      long b,
      int ldb,
      float beta,
      long c,
      int ldc) {
    checkGemm("cblas_sgemm", transposeA, transposeB, m, n, k, lda, ldb, ldc);
    try {
      sgemm.invokeExact(
          ROW_MAJOR,
          code(transposeA),
          code(transposeB),
          m,
          n,
          k,
          alpha,
          a,
          lda,
          b,
          ldb,
          beta,
          c,
          ldc);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /** C = alpha * op(A) * op(B) + beta * C in double precision; see {@link #sgemm}. */
  public void dgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      double alpha,
      long a,
      int lda,
      long b,
      int ldb,
      double beta,
      long c,
      int ldc) {
    checkGemm("cblas_dgemm", transposeA, transposeB, m, n, k, lda, ldb, ldc);
    try {
      dgemm.invokeExact(
          ROW_MAJOR,
          code(transposeA),
          code(transposeB),
          m,
          n,
          k,
          alpha,
          a,
          lda,
          b,
          ldb,
          beta,
          c,
          ldc);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /**
   * y = alpha * op(A) * x + beta * y in single precision, vectors contiguous.
   *
   * @param transpose whether to use the transpose of A
   * @param m rows of A as stored
   * @param n columns of A as stored
   * @param lda elements between rows of A
   */
  public void sgemv(
      boolean transpose, int m, int n, float alpha, long a, int lda, long x, float beta, long y) {
    check("cblas_sgemv", "lda", lda, n, m, n);
    try {
      sgemv.invokeExact(ROW_MAJOR, code(transpose), m, n, alpha, a, lda, x, 1, beta, y, 1);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /** y = alpha * op(A) * x + beta * y in double precision; see {@link #sgemv}. */
  public void dgemv(
      boolean transpose, int m, int n, double alpha, long a, int lda, long x, double beta, long y) {
    check("cblas_dgemv", "lda", lda, n, m, n);
    try {
      dgemv.invokeExact(ROW_MAJOR, code(transpose), m, n, alpha, a, lda, x, 1, beta, y, 1);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private static int code(boolean transpose) {
    return transpose ? TRANSPOSE : NO_TRANSPOSE;
  }

  /** OpenBLAS itself would only print to stderr and return. */
  private static void checkGemm(
      String routine,
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      int lda,
      int ldb,
      int ldc) {
    check(routine, "lda", lda, transposeA ? m : k, m, n, k);
    check(routine, "ldb", ldb, transposeB ? k : n, m, n, k);
    check(routine, "ldc", ldc, n, m, n, k);
  }

  private static void check(
      String routine, String argument, int leading, int columns, int... sizes) {
    for (int size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException(
            routine + ": negative size in " + java.util.Arrays.toString(sizes));
      }
    }
    if (leading < Math.max(1, columns)) {
      throw new IllegalArgumentException(
          routine
              + ": "
              + argument
              + " is "
              + leading
              + ", but a row has "
              + columns
              + " elements (sizes "
              + java.util.Arrays.toString(sizes)
              + ")");
    }
  }

  @Override
  public String toString() {
    return configuration;
  }
}
