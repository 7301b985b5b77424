package dev.gatun.core.codegen;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Generates a hidden class for a region of any element types: rows outside, one element at a time
 * inside. It computes bit for bit what the reference does; what float32 and booleans can do is left
 * to {@link RegionCompiler}.
 */
public final class ScalarCompiler {
  /** A method of this many operations stays below the 8000 bytes that the JIT takes. */
  private static final int MAX_OPERATIONS = 300;

  private static final Map<Region, BlockFunction> CACHE = new ConcurrentHashMap<>();

  /** Why there is no kernel for the region, or empty if there is one. */
  public static String refusal(Region region) {
    String refusal = ScalarEmitter.refusal(region.expr());
    return refusal.isEmpty() && operations(region.expr(), new HashSet<>()) > MAX_OPERATIONS
        ? "the expression is too large for one method"
        : refusal;
  }

  private static int operations(Expr expr, Set<Expr> seen) {
    if (!(expr instanceof Expr.Apply apply) || !seen.add(expr)) {
      return 0;
    }
    int sum = 1;
    for (Expr arg : apply.args()) {
      sum += operations(arg, seen);
    }
    return sum;
  }

  /** The kernel for a region that {@link #refusal} does not refuse. */
  public static BlockFunction compile(Region region) {
    return CACHE.computeIfAbsent(
        region, r -> GeneratedClass.define(r, c -> new ScalarCompiler(c, r).emit()));
  }

  private final CodeBuilder c;
  private final Region region;
  private final List<Expr.Input> inputs = new ArrayList<>();

  private ScalarCompiler(CodeBuilder c, Region region) {
    this.c = c;
    this.region = region;
    collect(region.expr(), new HashSet<>());
  }

  private void collect(Expr expr, Set<Expr> seen) {
    if (!seen.add(expr)) {
      return;
    }
    if (expr instanceof Expr.Input input) {
      inputs.add(input);
    } else if (expr instanceof Expr.Apply apply) {
      apply.args().forEach(arg -> collect(arg, seen));
    }
  }

  // Locals: 0 this, 1 at, 2 rowBytes, 3 rows, 4 n; the rest is allocated.
  private void emit() {
    int row = c.allocateLocal(TypeKind.INT);
    Label nextRow = c.newLabel();
    Label endRows = c.newLabel();
    c.iconst_0().istore(row);
    c.labelBinding(nextRow).iload(row).iload(3).if_icmpge(endRows);

    int dst = rowAddress(0, row);
    Map<Expr.Input, Integer> bases = new LinkedHashMap<>();
    Map<Expr.Input, Integer> loaded = new HashMap<>();
    ScalarEmitter rows = new ScalarEmitter(c, Map.of());
    for (Expr.Input input : inputs) {
      int base = rowAddress(1 + input.index(), row);
      if (region.perRow().get(input.index())) {
        loaded.put(input, rows.load(input.type(), base, -1));
      } else {
        bases.put(input, base);
      }
    }

    int column = c.allocateLocal(TypeKind.INT);
    Label nextColumn = c.newLabel();
    Label endColumns = c.newLabel();
    c.iconst_0().istore(column);
    c.labelBinding(nextColumn).iload(column).iload(4).if_icmpge(endColumns);
    element(column, dst, bases, loaded);
    c.iinc(column, 1).goto_(nextColumn).labelBinding(endColumns);
    c.iinc(row, 1).goto_(nextRow).labelBinding(endRows);
    c.return_();
  }

  private int rowAddress(int operand, int row) {
    int address = c.allocateLocal(TypeKind.LONG);
    c.aload(1).loadConstant(operand).laload();
    c.iload(row).i2l().aload(2).loadConstant(operand).laload().lmul().ladd().lstore(address);
    return address;
  }

  private void element(
      int column, int dst, Map<Expr.Input, Integer> bases, Map<Expr.Input, Integer> perRow) {
    Map<Integer, Integer> offsets = new HashMap<>();
    Map<Expr.Input, Integer> loaded = new HashMap<>(perRow);
    ScalarEmitter loads = new ScalarEmitter(c, Map.of());
    bases.forEach(
        (input, base) ->
            loaded.put(
                input, loads.load(input.type(), base, offset(column, input.type(), offsets))));
    DType type = region.expr().type();
    ScalarEmitter emitter = new ScalarEmitter(c, loaded);
    int result = emitter.emit(region.expr());
    emitter.store(type, result, dst, offset(column, type, offsets));
  }

  private int offset(int column, DType type, Map<Integer, Integer> offsets) {
    return offsets.computeIfAbsent(
        type.bytes(),
        bytes -> {
          int offset = c.allocateLocal(TypeKind.LONG);
          c.iload(column).i2l().loadConstant((long) bytes).lmul().lstore(offset);
          return offset;
        });
  }
}
