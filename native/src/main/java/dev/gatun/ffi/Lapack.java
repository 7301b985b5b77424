package dev.gatun.ffi;

import java.util.ArrayList;
import java.util.List;

/**
 * Decompositions of row-major matrices at addresses, in one precision: systems of equations,
 * inverse, Cholesky, QR, singular values, eigenvalues.
 *
 * <p>Names and arguments are those of LAPACK; {@code lda} counts elements between rows. Pivots are
 * 32-bit integers counted from 1. Input matrices are overwritten. Row-major matrices are transposed
 * to temporary memory and back, which costs little beside the n^3 work.
 *
 * <p>Every method throws {@link LapackException} when a matrix is singular, not positive definite,
 * or holds NaN, or when an iteration does not converge, and says which.
 */
public final class Lapack {
  private static final int ROW_MAJOR = 101;
  private static final int WORK_MEMORY = -1010;
  private static final int TRANSPOSE_MEMORY = -1011;

  /**
   * A routine: its signature for {@link Functions}, its arguments, what a positive answer means.
   */
  private enum Routine {
    GESV(
        "iiiipippi",
        "layout n nrhs a lda ipiv b ldb",
        "the matrix is singular: pivot %d is exactly zero, there is no solution"),
    GETRF("iiiipip", "layout m n a lda ipiv", "the matrix is singular: pivot %d is exactly zero"),
    GETRI("iiipip", "layout n a lda ipiv", "the matrix is singular: pivot %d is exactly zero"),
    GETRS("iiciipippi", "layout trans n nrhs a lda ipiv b ldb", "unexpected answer %d"),
    POTRF(
        "iicipi",
        "layout uplo n a lda",
        "the matrix is not positive definite: its leading minor of order %d is not positive"),
    POTRS("iiciipipi", "layout uplo n nrhs a lda b ldb", "unexpected answer %d"),
    GEQRF("iiiipip", "layout m n a lda tau", "unexpected answer %d"),
    ORGQR("iiiiipip", "layout m n k a lda tau", "unexpected answer %d"),
    GESDD(
        "iiciipippipi",
        "layout jobz m n a lda s u ldu vt ldvt",
        "the singular values did not converge (%d)"),
    SYEVD(
        "iiccipip",
        "layout jobz uplo n a lda w",
        "the eigenvalues did not converge: %d off-diagonal elements are not zero"),
    GEEV(
        "iiccipipppipi",
        "layout jobvl jobvr n a lda wr wi vl ldvl vr ldvr",
        "the eigenvalues did not converge: only those after number %d are right");

    private final String signature;
    private final String arguments;
    private final String positive;

    Routine(String signature, String arguments, String positive) {
      this.signature = signature;
      this.arguments = arguments;
      this.positive = positive;
    }

    private String function(char precision) {
      return "LAPACKE_" + precision + name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Functions functions;
  private final char precision;

  Lapack(Functions functions, char precision) {
    this.functions = functions;
    this.precision = precision;
  }

  static List<String> functionNames() {
    List<String> names = new ArrayList<>();
    for (Routine routine : Routine.values()) {
      names.add(routine.function('s'));
      names.add(routine.function('d'));
    }
    return names;
  }

  private interface Call {
    int run(java.lang.invoke.MethodHandle function) throws Throwable;
  }

  private void run(Routine routine, Call call) {
    String name = routine.function(precision);
    int info;
    try {
      info = call.run(functions.get(name, routine.signature));
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
    if (info != 0) {
      throw new LapackException(name + ": " + meaning(routine, info), info);
    }
  }

  private static String meaning(Routine routine, int info) {
    if (info > 0) {
      return String.format(java.util.Locale.ROOT, routine.positive, info);
    }
    if (info == WORK_MEMORY || info == TRANSPOSE_MEMORY) {
      return "there is not enough memory for its temporary arrays";
    }
    String[] arguments = routine.arguments.split(" ", -1);
    return -info <= arguments.length
        ? "argument " + arguments[-info - 1] + " is wrong or holds NaN (" + info + ")"
        : "unknown answer " + info;
  }

  /**
   * Solves A X = B by LU with pivoting.
   *
   * @param n size of A
   * @param nrhs columns of B
   * @param a matrix [n, n], becomes its factors
   * @param ipiv n ints, become the pivots
   * @param b matrix [n, nrhs], becomes X
   */
  public void gesv(int n, int nrhs, long a, int lda, long ipiv, long b, int ldb) {
    run(Routine.GESV, f -> (int) f.invokeExact(ROW_MAJOR, n, nrhs, a, lda, ipiv, b, ldb));
  }

  /**
   * LU factors P L U of A [m, n] with min(m, n) pivots; the product of the diagonal and the sign of
   * the pivots is the determinant. A zero pivot throws, but the factors are complete.
   */
  public void getrf(int m, int n, long a, int lda, long ipiv) {
    run(Routine.GETRF, f -> (int) f.invokeExact(ROW_MAJOR, m, n, a, lda, ipiv));
  }

  /** Inverse of A [n, n] from what {@link #getrf} left there. */
  public void getri(int n, long a, int lda, long ipiv) {
    run(Routine.GETRI, f -> (int) f.invokeExact(ROW_MAJOR, n, a, lda, ipiv));
  }

  /** Solves A X = B, or its transpose, from what {@link #getrf} left in A. */
  public void getrs(
      boolean transpose, int n, int nrhs, long a, int lda, long ipiv, long b, int ldb) {
    run(
        Routine.GETRS,
        f ->
            (int)
                f.invokeExact(
                    ROW_MAJOR, (byte) (transpose ? 'T' : 'N'), n, nrhs, a, lda, ipiv, b, ldb));
  }

  /** Cholesky factor of A [n, n]: L L' in the lower or U' U in the upper triangle. */
  public void potrf(boolean lower, int n, long a, int lda) {
    run(Routine.POTRF, f -> (int) f.invokeExact(ROW_MAJOR, triangle(lower), n, a, lda));
  }

  /** Solves A X = B from what {@link #potrf} left in A. */
  public void potrs(boolean lower, int n, int nrhs, long a, int lda, long b, int ldb) {
    run(
        Routine.POTRS,
        f -> (int) f.invokeExact(ROW_MAJOR, triangle(lower), n, nrhs, a, lda, b, ldb));
  }

  /** QR of A [m, n]: R in the upper triangle, reflectors below it and in tau [min(m, n)]. */
  public void geqrf(int m, int n, long a, int lda, long tau) {
    run(Routine.GEQRF, f -> (int) f.invokeExact(ROW_MAJOR, m, n, a, lda, tau));
  }

  /** The first n columns of Q [m, n] from k reflectors that {@link #geqrf} left in A and tau. */
  public void orgqr(int m, int n, int k, long a, int lda, long tau) {
    run(Routine.ORGQR, f -> (int) f.invokeExact(ROW_MAJOR, m, n, k, a, lda, tau));
  }

  /**
   * Singular values A = U S V', largest first.
   *
   * @param full whether U is [m, m] and V' [n, n] instead of [m, min] and [min, n]
   * @param a matrix [m, n], destroyed
   * @param s min(m, n) singular values
   * @param u left singular vectors in columns
   * @param vt right singular vectors in rows
   */
  public void gesdd(
      boolean full, int m, int n, long a, int lda, long s, long u, int ldu, long vt, int ldvt) {
    run(
        Routine.GESDD,
        f ->
            (int)
                f.invokeExact(
                    ROW_MAJOR, (byte) (full ? 'A' : 'S'), m, n, a, lda, s, u, ldu, vt, ldvt));
  }

  /**
   * Eigenvalues of a symmetric A [n, n], smallest first.
   *
   * @param vectors whether A becomes the eigenvectors, in columns
   * @param lower which triangle of A is read
   * @param w n eigenvalues
   */
  public void syevd(boolean vectors, boolean lower, int n, long a, int lda, long w) {
    run(
        Routine.SYEVD,
        f -> (int) f.invokeExact(ROW_MAJOR, job(vectors), triangle(lower), n, a, lda, w));
  }

  /**
   * Eigenvalues of any A [n, n], with right eigenvectors if wanted.
   *
   * <p>A complex pair of values stands in neighbouring places; its vectors are column j plus and
   * minus i times column j + 1.
   *
   * @param wr n real parts
   * @param wi n imaginary parts
   * @param vr eigenvectors in columns [n, n]; not touched without {@code vectors}
   */
  public void geev(boolean vectors, int n, long a, int lda, long wr, long wi, long vr, int ldvr) {
    run(
        Routine.GEEV,
        f ->
            (int)
                f.invokeExact(
                    ROW_MAJOR,
                    job(false),
                    job(vectors),
                    n,
                    a,
                    lda,
                    wr,
                    wi,
                    0L,
                    Math.max(1, n),
                    vr,
                    ldvr));
  }

  private static byte triangle(boolean lower) {
    return (byte) (lower ? 'L' : 'U');
  }

  private static byte job(boolean vectors) {
    return (byte) (vectors ? 'V' : 'N');
  }
}
