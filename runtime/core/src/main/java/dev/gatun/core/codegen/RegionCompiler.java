package dev.gatun.core.codegen;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.Fn;
import dev.gatun.core.tensor.DType;
import dev.gatun.kernels.Lanes;
import dev.gatun.kernels.Warmup;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Generates a hidden class for a region: rows outside, whole vectors inside, one masked vector at
 * the end of each row. Classes are cached by what they compute.
 *
 * <p>Everything is flat code in one method with counted loops, since C2 boxes vectors that cross
 * calls it does not inline.
 */
public final class RegionCompiler {
  private static final Map<Region, BlockFunction> CACHE = new ConcurrentHashMap<>();

  /** Why there is no kernel for the region, or empty if there is one. */
  public static String refusal(Region region) {
    int weight = 0;
    java.util.Set<Expr> seen = new java.util.HashSet<>();
    for (Expr expr : region.exprs()) {
      String refusal = VectorEmitter.refusal(expr);
      if (!refusal.isEmpty()) {
        return refusal;
      }
      if (expr.type() == DType.BOOL && !ByteLanes.SUPPORTED) {
        return "vectors this narrow have no boolean stores";
      }
      weight += weight(expr, seen);
      if (!ByteLanes.SUPPORTED && loadsBooleans(expr, region.perRow())) {
        return "vectors this narrow have no boolean loads";
      }
    }
    return weight > MAX_WEIGHT ? "the expression is too large for one method" : "";
  }

  /** Whether an expression reads booleans of which each element has one, rather than each row. */
  private static boolean loadsBooleans(Expr expr, List<Boolean> perRow) {
    return switch (expr) {
      case Expr.Input input -> input.type() == DType.BOOL && !perRow.get(input.index());
      case Expr.Apply apply -> apply.args().stream().anyMatch(arg -> loadsBooleans(arg, perRow));
      default -> false;
    };
  }

  /** How much code an expression is, in vector instructions; twice this in the method. */
  public static int weight(Expr expr) {
    return weight(expr, new java.util.HashSet<>());
  }

  /** Largest weight whose method stays below the size that C2 takes. */
  public static final int MAX_WEIGHT = 260;

  private static int weight(Expr expr, java.util.Set<Expr> seen) {
    if (!(expr instanceof Expr.Apply apply) || !seen.add(expr)) {
      return 0;
    }
    int sum = weightOf(apply.fn());
    for (Expr arg : apply.args()) {
      sum += weight(arg, seen);
    }
    return sum;
  }

  private static int weightOf(Fn fn) {
    return switch (fn) {
      case EXP, TANH, ERF -> 22;
      case LOG -> 32;
      case POW -> 90;
      case TRUNC, FLOOR, CEIL -> 14;
      case RINT -> 10;
      case SIGN, SELECT, IS_INFINITE, EQUAL -> 5;
      case MIN, MAX, CAST -> 2;
      default -> 1;
    };
  }

  /** The kernel for a region that {@link #refusal} does not refuse. */
  public static BlockFunction compile(Region region) {
    return CACHE.computeIfAbsent(
        region,
        r -> {
          BlockFunction kernel = GeneratedClass.define(r, c -> new RegionCompiler(c, r).emit());
          Warmup.add(new Trial(kernel, r.exprs().size() + r.perRow().size()));
          return kernel;
        });
  }

  /** Two rows of a few vectors, with and without a rest, in place. */
  private record Trial(BlockFunction kernel, int operands) implements Warmup.Trial {
    private static final int ROWS = 2;
    private static final int ROW = 8 * Lanes.F32_LENGTH;

    @Override
    public long bytes() {
      return 4L * ROWS * ROW;
    }

    @Override
    public void run(long zeros, int call) {
      long[] at = new long[operands];
      long[] rowBytes = new long[operands];
      Arrays.fill(at, zeros);
      Arrays.fill(rowBytes, 4L * ROW);
      kernel.run(at, rowBytes, ROWS, ROW - call % 2);
    }
  }

  private final CodeBuilder c;
  private final Code code;
  private final Region region;
  private final List<Expr.Input> inputs = new ArrayList<>();
  private final Map<Float, Integer> constants = new HashMap<>();

  private RegionCompiler(CodeBuilder c, Region region) {
    this.c = c;
    this.code = new Code(c);
    this.region = region;
    java.util.Set<Expr> seen = new java.util.HashSet<>();
    region.exprs().forEach(expr -> collect(expr, seen));
  }

  private void collect(Expr expr, java.util.Set<Expr> seen) {
    if (!seen.add(expr)) {
      return;
    }
    switch (expr) {
      case Expr.Input input -> inputs.add(input);
      case Expr.Apply apply -> apply.args().forEach(arg -> collect(arg, seen));
      case Expr.Real real -> constants.putIfAbsent((float) real.value(), -1);
      case Expr.Whole whole -> {}
    }
  }

  // Locals: 0 this, 1 at, 2 rowBytes, 3 rows, 4 n; the rest is allocated.
  private void emit() {
    constants.replaceAll((value, none) -> code.broadcast(value));
    int blocks = c.allocateLocal(TypeKind.INT);
    int rest = c.allocateLocal(TypeKind.INT);
    c.iload(4).loadConstant(Lanes.F32_LENGTH).idiv().istore(blocks);
    c.iload(4).iload(blocks).loadConstant(Lanes.F32_LENGTH).imul().isub().istore(rest);
    int mask = code.lanesBelow(rest);
    int row = c.allocateLocal(TypeKind.INT);
    Label nextRow = c.newLabel();
    Label endRows = c.newLabel();
    c.iconst_0().istore(row);
    c.labelBinding(nextRow).iload(row).iload(3).if_icmpge(endRows);

    int results = region.exprs().size();
    int[] dst = new int[results];
    for (int i = 0; i < results; i++) {
      dst[i] = rowAddress(i, row);
    }
    Map<Expr.Input, Integer> bases = new LinkedHashMap<>();
    Map<Expr.Input, Integer> rowValues = new HashMap<>();
    for (Expr.Input input : inputs) {
      int base = rowAddress(results + input.index(), row);
      if (region.perRow().get(input.index())) {
        rowValues.put(input, rowValue(input, base));
      } else {
        bases.put(input, base);
      }
    }

    int block = c.allocateLocal(TypeKind.INT);
    Label nextBlock = c.newLabel();
    Label endBlocks = c.newLabel();
    c.iconst_0().istore(block);
    c.labelBinding(nextBlock).iload(block).iload(blocks).if_icmpge(endBlocks);
    vector(block, dst, bases, rowValues, -1);
    c.iinc(block, 1).goto_(nextBlock).labelBinding(endBlocks);

    Label noRest = c.newLabel();
    c.iload(rest).ifeq(noRest);
    vector(blocks, dst, bases, rowValues, mask);
    c.labelBinding(noRest);
    c.iinc(row, 1).goto_(nextRow).labelBinding(endRows);
    c.return_();
  }

  private int rowAddress(int operand, int row) {
    int address = c.allocateLocal(TypeKind.LONG);
    c.aload(1).loadConstant(operand).laload();
    c.iload(row).i2l().aload(2).loadConstant(operand).laload().lmul().ladd().lstore(address);
    return address;
  }

  private int rowValue(Expr.Input input, int base) {
    return input.type() == DType.BOOL ? code.broadcastMask(base) : code.broadcastFrom(base);
  }

  /** One vector of the row, at block index {@code block}. */
  private void vector(
      int block,
      int[] dst,
      Map<Expr.Input, Integer> bases,
      Map<Expr.Input, Integer> rowValues,
      int mask) {
    int floats = offset(block, 4);
    int bytes = usesBytes() ? offset(block, 1) : -1;
    Map<Expr.Input, Integer> loaded = new HashMap<>(rowValues);
    bases.forEach(
        (input, base) ->
            loaded.put(
                input,
                input.type() == DType.BOOL
                    ? code.loadMask(base, bytes, mask)
                    : code.load(base, floats, mask)));
    // All results before the first store: it may go where an operand lies.
    VectorEmitter emitter = new VectorEmitter(code, constants, loaded);
    int[] found = region.exprs().stream().mapToInt(emitter::emit).toArray();
    for (int i = 0; i < dst.length; i++) {
      if (region.exprs().get(i).type() == DType.BOOL) {
        code.storeMask(found[i], dst[i], bytes, mask);
      } else {
        code.store(found[i], dst[i], floats, mask);
      }
    }
  }

  private boolean usesBytes() {
    return region.exprs().stream().anyMatch(expr -> expr.type() == DType.BOOL)
        || inputs.stream().anyMatch(input -> input.type() == DType.BOOL);
  }

  private int offset(int block, int elementBytes) {
    int offset = c.allocateLocal(TypeKind.LONG);
    c.iload(block).i2l().loadConstant((long) elementBytes * Lanes.F32_LENGTH).lmul().lstore(offset);
    return offset;
  }
}
