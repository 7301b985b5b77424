package dev.gatun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * oneDNN, version 3.11 or a later 3.
 *
 * <p>Primitives are built by {@link MatMul}, {@link Convolution} and the other families, run
 * through {@link Arguments}, and always use one thread: the caller's. Thread teams of oneDNN are
 * switched off by {@code omp_set_num_threads(1)} in each thread that builds or runs a primitive;
 * the environment of the process is left alone.
 *
 * <p>An instance is thread-safe and lives as long as the process.
 */
public final class OneDnn {
  private static final int CPU = 1;
  private static final int RUNTIME_SEQUENTIAL = 1;
  private static final int RUNTIME_OPENMP = 2;
  private static final int OLDEST_MINOR = 11;
  private static final long VERSION_BYTES = 32;

  private final Functions functions;
  private final Optional<MethodHandle> setThreads;
  private final String version;
  private final MethodHandle execute;
  private final MethodHandle setDataHandle;
  private final MethodHandle sgemm;
  private final long engine;

  private OneDnn(Functions functions, Optional<MethodHandle> setThreads, String version) {
    this.functions = functions;
    this.setThreads = setThreads;
    this.version = version;
    this.execute = functions.get("dnnl_primitive_execute", "ippip");
    this.setDataHandle = functions.get("dnnl_memory_set_data_handle", "ipp");
    this.sgemm = functions.get("dnnl_sgemm", "icclllfplplfpl");
    this.engine = createEngine();
  }

  /** Looks for oneDNN as the system properties say; the answer is the same every time. */
  public static Probe<OneDnn> find() {
    return OfProcess.PROBE;
  }

  /** Looks for oneDNN in given places. */
  public static Probe<OneDnn> find(NativeLibraries libraries) {
    return libraries.find(LibrarySpec.ONEDNN, OneDnn::bind);
  }

  private static final class OfProcess {
    static final Probe<OneDnn> PROBE =
        NativeLibraries.findInProcess(LibrarySpec.ONEDNN, OneDnn::bind);
  }

  private static NativeLibraries.Bound<OneDnn> bind(SymbolLookup lookup) {
    Functions functions = new Functions(lookup, DnnlFunctions.NAMES);
    Version version = version(functions);
    if (version.major != 3 || version.minor < OLDEST_MINOR) {
      throw new NativeLibraryException(
          "it is version " + version + ", needed is 3." + OLDEST_MINOR + " or a later 3.x");
    }
    // Found through the handle of libdnnl, so it is the OpenMP library that libdnnl itself uses
    // even if the process has several.
    Optional<MethodHandle> setThreads = Functions.find(lookup, "omp_set_num_threads", "vi");
    boolean sequential = version.runtime == RUNTIME_SEQUENTIAL;
    if (!sequential && (version.runtime != RUNTIME_OPENMP || setThreads.isEmpty())) {
      throw new NativeLibraryException(
          "its thread runtime ("
              + version.runtime
              + ") cannot be limited to one thread; needed is a build with OpenMP or sequential");
    }
    OneDnn library =
        new OneDnn(functions, sequential ? Optional.empty() : setThreads, version.text());
    return new NativeLibraries.Bound<>(
        library,
        "version " + version + (sequential ? ", sequential" : ", OpenMP held to 1 thread"));
  }

  private record Version(int major, int minor, int patch, int runtime) {
    String text() {
      return major + "." + minor + "." + patch;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  private static Version version(Functions functions) {
    try {
      long address = (long) functions.get("dnnl_version", "p").invokeExact();
      MemorySegment v = MemorySegment.ofAddress(address).reinterpret(VERSION_BYTES);
      return new Version(
          v.get(ValueLayout.JAVA_INT, 0),
          v.get(ValueLayout.JAVA_INT, 4),
          v.get(ValueLayout.JAVA_INT, 8),
          v.get(ValueLayout.JAVA_INT, 24));
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private long createEngine() {
    try (Arena arena = Arena.ofConfined()) {
      int quiet = (int) functions.get("dnnl_set_verbose", "ii").invokeExact(0);
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      int status =
          (int) functions.get("dnnl_engine_create", "ipil").invokeExact(out.address(), CPU, 0L);
      if (quiet != 0 || status != 0) {
        throw new NativeLibraryException(
            "it cannot create a CPU engine: " + DnnlFunctions.statusName(status));
      }
      return out.get(ValueLayout.JAVA_LONG, 0);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  /** Version, for example 3.11.0. */
  public String version() {
    return version;
  }

  long engine() {
    return engine;
  }

  MethodHandle function(String name, String signature) {
    return functions.get(name, signature);
  }

  MethodHandle execute() {
    return execute;
  }

  MethodHandle setDataHandle() {
    return setDataHandle;
  }

  /** Holds the OpenMP runtime of oneDNN to one thread when called from this thread; costs 7 ns. */
  void useOneThread() {
    if (setThreads.isPresent()) {
      try {
        setThreads.get().invokeExact(1);
      } catch (Throwable e) {
        throw NativeCall.unexpected(e);
      }
    }
  }

  /**
   * C = alpha * op(A) * op(B) + beta * C on row-major f32 matrices at addresses, in this thread.
   *
   * @param transposeA whether A is stored [k, m] instead of [m, k]
   * @param transposeB whether B is stored [n, k] instead of [k, n]
   * @param lda elements between rows of A as stored
   * @param ldb elements between rows of B as stored
   * @param ldc elements between rows of C [m, n]
   * @throws OneDnnException when a leading dimension is too small
   */
  public void sgemm(
      boolean transposeA,
      boolean transposeB,
      long m,
      long n,
      long k,
      float alpha,
      long a,
      long lda,
      long b,
      long ldb,
      float beta,
      long c,
      long ldc) {
    useOneThread();
    int status;
    try {
      status =
          (int)
              sgemm.invokeExact(
                  (byte) (transposeA ? 'T' : 'N'),
                  (byte) (transposeB ? 'T' : 'N'),
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
    if (status != 0) {
      throw new OneDnnException(
          "dnnl_sgemm of "
              + List.of(m, n, k)
              + " with leading dimensions "
              + List.of(lda, ldb, ldc)
              + ": "
              + DnnlFunctions.statusName(status));
    }
  }

  /** Copies {@code src} to {@code dst} while changing layout or type, once. */
  public void reorder(MemoryDesc srcDesc, long src, MemoryDesc dstDesc, long dst) {
    try (OneDnnPrimitive primitive =
            Reorder.of(this).src(srcDesc).dst(dstDesc).allowReference().build().orElseThrow();
        Arguments arguments = primitive.arguments()) {
      arguments.set(Arg.SRC, src).set(Arg.DST, dst).ownScratchpad().execute();
    }
  }

  @Override
  public String toString() {
    return "oneDNN " + Objects.requireNonNull(version);
  }
}
