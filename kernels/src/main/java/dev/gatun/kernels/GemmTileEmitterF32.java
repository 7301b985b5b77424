package dev.gatun.kernels;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes micro-kernels of any height as hidden classes.
 *
 * <p>The code is flat: every vector is a local of one method and every operation a direct call of
 * the Vector API, which is the only form C2 keeps in registers for sure. A 12-row tile has 86 such
 * calls; C1 still compiles 134, but not 182 (a tile it cannot compile may stay interpreted), and
 * more work after the loop makes C2 spill inside it.
 *
 * <p>In Java terms, for 2 vectors of columns:
 *
 * <pre>
 *   c00 = load(init), c01 = load(init + V), c10 = load(init + initRowBytes), ...
 *   for (int k = aAt; k &lt; aAt + depth; k++) {
 *     b0 = load(b), b1 = load(b + V);
 *     s = broadcast(a[k]);       c00 = s.fma(b0, c00); c01 = s.fma(b1, c01);
 *     s = broadcast(a[k + ROW]); c10 = s.fma(b0, c10); c11 = s.fma(b1, c11);
 *     ...
 *     b = (b + rowBytes) &amp; ADDRESS;
 *   }
 *   store(c, c00), ...
 * </pre>
 *
 * <p>Low tiles have too few sums to hide the latency of fma: they are unrolled over k with several
 * sets of sums, which are added up at the end.
 *
 * <p>Addresses and distances are cut by bit masks to ranges of which C2 knows that they lie in
 * {@link Memory#ALL}, so no bounds check is left: those of 48 loads and stores around the loop took
 * as long as 16 rounds of it. The mask on the walking address also keeps C2 from writing it as a
 * multiple of k again, which takes three instructions a round more.
 */
final class GemmTileEmitterF32 {
  private static final ClassDesc SELF = GemmTileEmitterF32.class.describeConstable().orElseThrow();
  private static final ClassDesc FLOAT_VECTOR = ClassDesc.of(FloatVector.class.getName());
  private static final ClassDesc VECTOR = ClassDesc.of(Vector.class.getName());
  private static final ClassDesc SPECIES = ClassDesc.of(VectorSpecies.class.getName());
  private static final ClassDesc SEGMENT = ClassDesc.of(MemorySegment.class.getName());
  private static final ClassDesc BYTE_ORDER = ClassDesc.of(ByteOrder.class.getName());
  private static final ClassDesc LANES = ClassDesc.of(Lanes.class.getName());
  private static final ClassDesc MEMORY = ClassDesc.of(Memory.class.getName());

  private static final ClassDesc VALUE_LAYOUT = ClassDesc.of(ValueLayout.class.getName());
  private static final ClassDesc BYTE_LAYOUT =
      ValueLayout.OfByte.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc GET_BYTE = MethodTypeDesc.of(CD_byte, BYTE_LAYOUT, CD_long);

  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, SEGMENT, CD_long, BYTE_ORDER);
  private static final MethodTypeDesc STORE =
      MethodTypeDesc.of(CD_void, SEGMENT, CD_long, BYTE_ORDER);
  private static final MethodTypeDesc BROADCAST =
      MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float);
  private static final MethodTypeDesc ZERO = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES);
  private static final MethodTypeDesc FMA = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR);
  private static final MethodTypeDesc ADD = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR);

  private static final long ADDRESS_BITS = (1L << 56) - 1;
  private static final long DISTANCE_BITS = (1L << 40) - 1;
  private static final int INDEX_BITS = (1 << 28) - 1;

  private static final int LINE_BYTES = 4 * PackedWeightsF32.COLUMNS;

  /** The right address is a base and eight times what is counted: a scale that x86 has. */
  private static final int LINE_SHIFT = 3;

  /** The address ahead moves a quarter as far: {@link GemmAheadF32#PACE}. */
  private static final int AHEAD_SHIFT = LINE_SHIFT - 2;

  /** Terms are few enough that their number times that of the rows is an index, too. */
  private static final int DEPTH_BITS = (1 << 20) - 1;

  // Slots of the parameters of GemmTileF32.run.
  private static final int DEPTH = 1;
  private static final int A = 2;
  private static final int A_AT = 3;
  private static final int B = 4;
  private static final int B_ROW_BYTES = 6;
  private static final int INIT = 8;
  private static final int INIT_ROW_BYTES = 10;
  private static final int C = 12;
  private static final int C_ROW_BYTES = 14;
  private static final int AHEAD = 16;
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_int,
          CD_int,
          CD_float.arrayType(),
          CD_int,
          CD_long,
          CD_long,
          CD_long,
          CD_long,
          CD_long,
          CD_long,
          CD_long);

  private final int rows;
  private final int vectors;
  private final int sets;
  private final boolean packed;
  private final int rowFloats;
  private final int termFloats;
  private final boolean walking;

  /**
   * Whether the tile reads ahead, and so counts what was walked for two addresses. Elsewhere the
   * right address moves itself: counting makes C2 spill in tiles of 12 rows (56x56 3x3/2 of 128
   * channels 0.56 to 0.65 of oneDNN's speed instead of 0.75 to 0.86).
   */
  private final boolean ahead;

  private final int vectorBytes = 4 * Lanes.F32_LENGTH;

  // Locals, known once the body is being written.
  private final List<int[][]> sums = new ArrayList<>();
  private int k;
  private int end;
  private int[] right = {};
  private int left;
  private int seen;
  private int walked;

  private GemmTileEmitterF32(
      int rows,
      int vectors,
      int sets,
      boolean packed,
      int rowFloats,
      int termFloats,
      boolean walking) {
    this.rows = rows;
    this.vectors = vectors;
    this.sets = sets;
    this.packed = packed;
    this.rowFloats = rowFloats;
    this.termFloats = termFloats;
    this.walking = walking;
    ahead = GemmTilesF32.looksAhead(rows, packed);
  }

  /**
   * Makes a tile.
   *
   * @param rows its height
   * @param vectors its width in vectors, the first ones of a panel
   * @param sets how many k the loop takes at a time, each with its own sums
   * @param packed whether the right rows lie side by side, or a variable distance apart
   * @param rowFloats distance between the left rows, in floats
   * @param termFloats distance between the terms of a left row, in floats
   * @param walking whether the address of the right row is kept in the loop, instead of computed
   *     from k
   */
  static GemmTileF32 make(
      int rows,
      int vectors,
      int sets,
      boolean packed,
      int rowFloats,
      int termFloats,
      boolean walking) {
    byte[] code =
        new GemmTileEmitterF32(rows, vectors, sets, packed, rowFloats, termFloats, walking).emit();
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(code, true);
      Object tile =
          lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
      return (GemmTileF32) tile;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot define a " + rows + "-row matrix kernel", e);
    }
  }

  private byte[] emit() {
    String name = "GemmTileF32$" + rows + "x" + vectors + (packed ? "" : "$Rows");
    return ClassFile.of()
        .build(
            ClassDesc.of(SELF.packageName(), name),
            type -> {
              type.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC);
              type.withInterfaceSymbols(ClassDesc.of(GemmTileF32.class.getName()));
              type.withMethodBody(
                  INIT_NAME,
                  MTD_void,
                  0,
                  c -> c.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
              type.withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::body);
            });
  }

  private void body(CodeBuilder c) {
    cut(c);
    start(c);
    k = c.allocateLocal(TypeKind.INT);
    end = c.allocateLocal(TypeKind.INT);
    left = c.allocateLocal(TypeKind.REFERENCE);
    seen = c.allocateLocal(TypeKind.INT);
    c.iconst_0().istore(seen);
    walked = c.allocateLocal(TypeKind.LONG);
    c.lconst_0().lstore(walked);
    right = new int[vectors];
    for (int j = 0; j < vectors; j++) {
      right[j] = c.allocateLocal(TypeKind.REFERENCE);
    }
    if (walking) {
      c.iload(A_AT).istore(k);
    } else {
      c.iconst_0().istore(k);
    }
    if (sets > 1) {
      c.iload(DEPTH).iload(DEPTH).loadConstant(sets).irem().isub();
      end(c);
      loop(c, sets);
    }
    c.iload(DEPTH);
    end(c);
    loop(c, 1);
    finish(c);
    c.iload(seen).ireturn();
  }

  /** Makes a number of terms on the stack the end of the loop; walking tiles count from A_AT. */
  private void end(CodeBuilder c) {
    if (walking) {
      if (termFloats > 1) {
        c.loadConstant(termFloats).imul();
      }
      c.iload(A_AT).iadd();
    }
    c.istore(end);
  }

  /** Cuts parameters to ranges that need no bounds checks; no valid one changes. */
  private void cut(CodeBuilder c) {
    for (int address : new int[] {B, INIT, C, AHEAD}) {
      c.lload(address).loadConstant(ADDRESS_BITS).land().lstore(address);
    }
    for (int distance : new int[] {B_ROW_BYTES, INIT_ROW_BYTES, C_ROW_BYTES}) {
      c.lload(distance).loadConstant(DISTANCE_BITS).land().lstore(distance);
    }
    c.iload(DEPTH).loadConstant(termFloats > 1 ? DEPTH_BITS : INDEX_BITS).iand().istore(DEPTH);
    if (walking) { // Elsewhere it would help C2 to unroll what must not be unrolled.
      c.iload(A_AT).loadConstant(INDEX_BITS).iand().istore(A_AT);
    }
  }

  /**
   * Reads a byte of what is needed later, a quarter as far as the loop walked. Only bytes: what
   * reads a float or an int goes by a method that C2 may leave a call.
   */
  private void ahead(CodeBuilder c) {
    memory(c).getstatic(VALUE_LAYOUT, "JAVA_BYTE", BYTE_LAYOUT);
    c.lload(AHEAD).lload(walked).loadConstant(AHEAD_SHIFT).lshl().ladd();
    c.invokeinterface(SEGMENT, "get", GET_BYTE).iload(seen).ixor().istore(seen);
  }

  /** The first set of sums starts at init, the others at zero. */
  private void start(CodeBuilder c) {
    for (int s = 0; s < sets; s++) {
      int[][] set = new int[rows][vectors];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < vectors; j++) {
          set[i][j] = c.allocateLocal(TypeKind.REFERENCE);
          species(c);
          if (s == 0) {
            memory(c);
            rowAddress(c, INIT, INIT_ROW_BYTES, i, j);
            order(c).invokestatic(FLOAT_VECTOR, "fromMemorySegment", LOAD);
          } else {
            c.invokestatic(FLOAT_VECTOR, "zero", ZERO);
          }
          c.astore(set[i][j]);
        }
      }
      sums.add(set);
    }
  }

  /** The loop over k from where it stands to end, some steps at a time. */
  private void loop(CodeBuilder c, int steps) {
    Label top = c.newLabel();
    Label done = c.newLabel();
    c.labelBinding(top).iload(k).iload(end).if_icmpge(done);
    for (int step = 0; step < steps; step++) {
      step(c, step);
    }
    if (ahead) {
      ahead(c);
      c.lload(walked).loadConstant((long) steps * LINE_BYTES >> LINE_SHIFT).ladd();
      c.loadConstant(DISTANCE_BITS).land().lstore(walked);
    } else if (walking) {
      c.lload(B);
      rightDistance(c, steps);
      c.ladd().loadConstant(ADDRESS_BITS).land().lstore(B);
    }
    c.iinc(k, walking ? steps * termFloats : steps).goto_(top).labelBinding(done);
  }

  private void step(CodeBuilder c, int step) {
    for (int j = 0; j < vectors; j++) {
      memory(species(c)).lload(B);
      if (!walking) {
        c.iload(k).i2l();
        rightDistance(c, 1);
        c.lmul().ladd();
      } else if (ahead) {
        c.lload(walked).loadConstant(LINE_SHIFT).lshl().ladd();
      }
      if (step > 0) {
        rightDistance(c, step);
        c.ladd();
      }
      c.loadConstant((long) j * vectorBytes).ladd();
      order(c).invokestatic(FLOAT_VECTOR, "fromMemorySegment", LOAD).astore(right[j]);
    }
    int[][] set = sums.get(step);
    for (int i = 0; i < rows; i++) {
      species(c).aload(A).iload(k);
      if (!walking) {
        if (termFloats > 1) {
          c.loadConstant(termFloats).imul();
        }
        c.iload(A_AT).iadd();
      }
      c.loadConstant(i * rowFloats + step * termFloats).iadd().faload();
      c.invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST).astore(left);
      for (int j = 0; j < vectors; j++) {
        c.aload(left).aload(right[j]).aload(set[i][j]);
        c.invokevirtual(FLOAT_VECTOR, "fma", FMA).astore(set[i][j]);
      }
    }
  }

  /** Pushes the distance of that many right rows. */
  private void rightDistance(CodeBuilder c, int steps) {
    if (packed) {
      c.loadConstant((long) steps * PackedWeightsF32.COLUMNS * 4L);
    } else {
      c.lload(B_ROW_BYTES).loadConstant((long) steps).lmul();
    }
  }

  private void finish(CodeBuilder c) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors; j++) {
        c.aload(sums.getFirst()[i][j]);
        for (int s = 1; s < sets; s++) {
          c.aload(sums.get(s)[i][j]).invokevirtual(FLOAT_VECTOR, "add", ADD);
        }
        memory(c);
        rowAddress(c, C, C_ROW_BYTES, i, j);
        order(c).invokevirtual(FLOAT_VECTOR, "intoMemorySegment", STORE);
      }
    }
  }

  /** Pushes base + row * rowBytes + vector * vectorBytes. */
  private void rowAddress(CodeBuilder c, int base, int rowBytes, int row, int vector) {
    c.lload(base);
    if (row > 0) {
      c.lload(rowBytes).loadConstant((long) row).lmul().ladd();
    }
    if (vector > 0) {
      c.loadConstant((long) vector * vectorBytes).ladd();
    }
  }

  private static CodeBuilder species(CodeBuilder c) {
    return c.getstatic(LANES, "F32", SPECIES);
  }

  private static CodeBuilder memory(CodeBuilder c) {
    return c.getstatic(MEMORY, "ALL", SEGMENT);
  }

  private static CodeBuilder order(CodeBuilder c) {
    return c.getstatic(LANES, "ORDER", BYTE_ORDER);
  }
}
