package dev.gatun.kernels;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A benchmark of warm-up: thirty matrix products of different shapes, layouts, bounds and epilogues
 * take turns in one process, as in a real graph, and each should then be as fast as in a process of
 * its own.
 *
 * <p>Without arguments it starts a process for each product and one for all of them, and prints the
 * ratios; arguments are options for the virtual machine of these processes. Speeds are divided by
 * the speed of a loop over integers measured at the same moment, because shared hosts drift.
 */
final class MixedProducts {
  private static final int ROUNDS = 15;
  private static final long VISIT_NANOS = 2_000_000;

  private record Shape(int m, int n, int k, GemmF32.Right right, int kind) {
    @Override
    public String toString() {
      return "%dx%dx%d %s%s".formatted(m, n, k, right.toString().charAt(0), "-brelu".charAt(kind));
    }
  }

  private static final GemmF32.Right PACKED = GemmF32.Right.PACKED;
  private static final GemmF32.Right ROWS = GemmF32.Right.ROWS;
  private static final GemmF32.Right TURNED = GemmF32.Right.TRANSPOSED;

  // Kinds: 0 nothing, 1 bias, 2 bias and relu, 3 to 5 bias and one of three epilogues.
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(3136, 64, 64, PACKED, 2),
          new Shape(3136, 256, 64, PACKED, 3),
          new Shape(3136, 64, 256, PACKED, 2),
          new Shape(784, 128, 256, PACKED, 2),
          new Shape(784, 512, 128, PACKED, 3),
          new Shape(784, 128, 512, PACKED, 2),
          new Shape(196, 256, 512, PACKED, 2),
          new Shape(196, 1024, 256, PACKED, 3),
          new Shape(196, 256, 1024, PACKED, 2),
          new Shape(49, 512, 1024, PACKED, 2),
          new Shape(49, 2048, 512, PACKED, 3),
          new Shape(49, 512, 2048, PACKED, 2),
          new Shape(1, 1000, 2048, PACKED, 1),
          new Shape(128, 768, 768, PACKED, 1),
          new Shape(128, 3072, 768, PACKED, 4),
          new Shape(128, 768, 3072, PACKED, 5),
          new Shape(197, 768, 768, PACKED, 5),
          new Shape(197, 2304, 768, PACKED, 1),
          new Shape(8, 768, 768, PACKED, 1),
          new Shape(4, 3072, 768, PACKED, 4),
          new Shape(7, 512, 512, PACKED, 0),
          new Shape(32, 768, 768, PACKED, 1),
          new Shape(11, 640, 640, PACKED, 2),
          new Shape(512, 512, 512, PACKED, 0),
          new Shape(128, 128, 64, TURNED, 0),
          new Shape(128, 64, 128, ROWS, 0),
          new Shape(197, 197, 64, TURNED, 0),
          new Shape(197, 64, 197, ROWS, 0),
          new Shape(1, 128, 64, TURNED, 0),
          new Shape(5, 64, 128, ROWS, 0));

  /** One product with its operands. */
  private static final class Product {
    final Shape shape;
    final GemmF32 plan;
    final long a;
    final long b;
    final long bias;
    final long c;
    final float lo;
    final @Nullable Epilogue epilogue;
    private final long[] buffers = {};

    Product(Shape shape) {
      this.shape = shape;
      int n = shape.n();
      int k = shape.k();
      plan = GemmF32.plan(shape.m(), n, k, GemmF32.Left.ROWS, shape.right(), 1);
      a = floats(shape.m() * (long) k);
      c = floats(shape.m() * (long) n);
      bias = shape.kind() == 0 ? 0 : floats(n);
      lo = shape.kind() == 2 ? 0 : Float.NEGATIVE_INFINITY;
      long rows = floats(n * (long) k);
      b = shape.right() == PACKED ? allocate(PackedWeightsF32.bytes(n, k)) : rows;
      if (shape.right() == PACKED) {
        PackedWeightsF32.pack(rows, 4L * n, n, k, b);
      }
      epilogue =
          switch (shape.kind()) {
            case 3 -> new Negate();
            case 4 -> new First();
            case 5 -> new Last();
            default -> null;
          };
    }

    void run() {
      float hi = Float.POSITIVE_INFINITY;
      long bRow = 4L * (shape.right() == TURNED ? shape.k() : shape.n());
      for (int task = 0; task < plan.tasks(); task++) {
        plan.run(
            a,
            4L * shape.k(),
            b,
            bRow,
            bias,
            0,
            lo,
            hi,
            c,
            4L * shape.n(),
            epilogue,
            buffers,
            task);
      }
    }

    /** GFLOP/s of enough runs to fill a visit. */
    double speed(int runs) {
      long start = System.nanoTime();
      for (int i = 0; i < runs; i++) {
        run();
      }
      return plan.flops() * runs / (System.nanoTime() - start);
    }
  }

  private static class Negate implements Epilogue {
    @Override
    public void apply(
        long[] buffers, long dst, long rowBytes, long row, int rows, long column, int columns) {
      Memory.ALL.set(Memory.F32, dst, -Memory.ALL.get(Memory.F32, dst));
    }
  }

  private static final class First extends Negate {
    @Override
    public void apply(
        long[] buffers, long dst, long rowBytes, long row, int rows, long column, int columns) {
      Memory.ALL.set(Memory.F32, dst, (float) row);
    }
  }

  private static final class Last extends Negate {
    @Override
    public void apply(
        long[] buffers, long dst, long rowBytes, long row, int rows, long column, int columns) {
      Memory.ALL.set(Memory.F32, dst + (rows - 1) * rowBytes, (float) column);
    }
  }

  public static void main(String[] args) throws IOException {
    if (args.length == 2 && args[0].equals("some")) {
      for (double speed : speeds(args[1])) {
        System.out.println("speed " + speed);
      }
      return;
    }
    double[] mixed = child("all", args);
    for (int i = 0; i < SHAPES.size(); i++) {
      double alone = child(Integer.toString(i), args)[0];
      System.out.printf(
          Locale.ROOT,
          "%-20s alone %6.1f  mixed %6.1f  ratio %4.0f %%%n",
          SHAPES.get(i),
          alone,
          mixed[i],
          100 * mixed[i] / alone);
    }
  }

  /** Runs some shapes in a fresh process with further JVM options. */
  private static double[] child(String which, String[] options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-Xmx2g"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(options));
    command.addAll(List.of(MixedProducts.class.getName(), "some", which));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<Double> speeds = new ArrayList<>();
    for (String line : process.inputReader().lines().toList()) {
      if (line.startsWith("speed ")) {
        speeds.add(Double.valueOf(line.substring(6)));
      } else if (!line.contains("incubator")) {
        System.out.println(line);
      }
    }
    return speeds.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double[] speeds(String which) {
    List<Shape> shapes =
        which.equals("all") ? SHAPES : List.of(SHAPES.get(Integer.parseInt(which)));
    List<Product> products = shapes.stream().map(Product::new).toList();
    long start = System.nanoTime();
    long warm = start + (which.equals("all") ? 12_000_000_000L : 4_000_000_000L);
    StringBuilder rounds = new StringBuilder();
    for (int round = 1; System.nanoTime() < warm; round++) {
      long begin = System.nanoTime();
      products.forEach(Product::run);
      if (Integer.bitCount(round) == 1 && which.equals("all")) {
        rounds.append(" %d:%.0f".formatted(round, (System.nanoTime() - begin) / 1e6));
      }
    }
    if (which.equals("all")) {
      System.out.println("milliseconds of round" + rounds);
    }
    int[] runs = new int[products.size()];
    for (int p = 0; p < runs.length; p++) {
      double nanos = products.get(p).plan.flops() / products.get(p).speed(2);
      runs[p] = (int) Math.max(1, VISIT_NANOS / nanos);
    }
    double[][] speeds = new double[runs.length][ROUNDS];
    for (int i = 0; i < 40; i++) {
      clock();
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int p = 0; p < runs.length; p++) {
        double before = clock();
        double speed = products.get(p).speed(runs[p]);
        speeds[p][round] = speed * (before + clock()) / 2;
      }
    }
    return Arrays.stream(speeds).mapToDouble(MixedProducts::median).toArray();
  }

  /** Nanoseconds of a step of a loop that only depends on the clock of the core. */
  private static double clock() {
    long start = System.nanoTime();
    long x = start | 1;
    for (int i = 0; i < 50_000; i++) {
      x ^= x << 13;
      x ^= x >>> 7;
      x ^= x << 17;
    }
    long nanos = System.nanoTime() - start;
    return x == 0 ? 0 : nanos / 1e5;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static long floats(long count) {
    long at = allocate(4 * count);
    for (long i = 0; i < count; i++) {
      Memory.ALL.set(Memory.F32, at + 4 * i, i % 17 / 16f - 0.5f);
    }
    return at;
  }

  private static long allocate(long bytes) {
    return Arena.global().allocate(bytes, Memory.ALIGNMENT).address();
  }

  private MixedProducts() {}
}
