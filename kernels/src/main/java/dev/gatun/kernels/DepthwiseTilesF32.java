package dev.gatun.kernels;

import static java.lang.constant.ConstantDescs.CD_Object;
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
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes the micro-kernels of depthwise convolution, one hidden class for each tile shape.
 *
 * <p>The loop runs over vectors of channels; all taps of all pixels of the tile are unrolled in it,
 * so an input that several pixels share is loaded once. Bound by L2, where src and dst stream from.
 *
 * <p>All addresses and the loop counter are cut to a range that is known to lie in {@link
 * Memory#ALL}. That costs an instruction each and lets C2 drop every bounds check while it parses:
 * otherwise a hundred of them run before each loop, which has few rounds, and a part stays inside
 * (measured at 64 channels: 12.5 to 7.1 ns a vector of 9 taps).
 */
final class DepthwiseTilesF32 {
  /** Shape of a tile: kernel rows and columns, horizontal stride, number of output pixels. */
  record Shape(int rows, int columns, int stride, int pixels) {}

  private static final Map<Shape, DepthwiseTileF32> TILES = new ConcurrentHashMap<>();

  private static final ClassDesc FLOAT_VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  private static final ClassDesc MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
  private static final ClassDesc COMPARISON =
      ClassDesc.of("jdk.incubator.vector.VectorOperators$Comparison");
  private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  private static final ClassDesc BYTE_ORDER = ClassDesc.of("java.nio.ByteOrder");
  private static final ClassDesc LANES = Lanes.class.describeConstable().orElseThrow();
  private static final ClassDesc MEMORY = Memory.class.describeConstable().orElseThrow();

  private static final long ADDRESS_BITS = (1L << 56) - 1;
  private static final long DISTANCE_BITS = (1L << 32) - 1;
  private static final long COUNT_BITS = (1L << 24) - 1;

  // Parameters of DepthwiseTileF32.run; a long takes two slots.
  private static final int ROWS = 1;
  private static final int AT = 2;
  private static final int VECTORS = 4;
  private static final int PIXEL_BYTES = 5;
  private static final int WEIGHTS = 7;
  private static final int INIT = 9;
  private static final int INIT_BYTES = 11;
  private static final int DST = 13;
  private static final int LO = 15;
  private static final int HI = 16;

  /** The kernel of a shape, written when first asked for. */
  static DepthwiseTileF32 tile(Shape shape) {
    return TILES.computeIfAbsent(shape, DepthwiseTilesF32::define);
  }

  private static DepthwiseTileF32 define(Shape shape) {
    String name =
        "dev.gatun.kernels.DepthwiseTileF32_%dx%d_s%d_p%d"
            .formatted(shape.rows, shape.columns, shape.stride, shape.pixels);
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(name),
                c -> {
                  c.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC);
                  c.withInterfaceSymbols(DepthwiseTileF32.class.describeConstable().orElseThrow());
                  c.withMethodBody(
                      INIT_NAME,
                      MTD_void,
                      0,
                      b -> b.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
                  c.withMethodBody(
                      "run",
                      MethodTypeDesc.of(
                          CD_void,
                          CD_long.arrayType(),
                          CD_long,
                          CD_int,
                          CD_long,
                          CD_long,
                          CD_long,
                          CD_long,
                          CD_long,
                          CD_float,
                          CD_float),
                      ClassFile.ACC_PUBLIC,
                      b -> new DepthwiseTilesF32(shape, b).write());
                });
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (DepthwiseTileF32) lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a generated kernel cannot be loaded: " + shape, e);
    }
  }

  private final Shape shape;
  private final CodeBuilder code;
  private final int[] sums;
  private final int[] weights;
  private final int[] rows;
  private final int vector;
  private final int lo;
  private final int hi;
  private final int input;

  private DepthwiseTilesF32(Shape shape, CodeBuilder code) {
    this.shape = shape;
    this.code = code;
    sums = locals(shape.pixels, TypeKind.REFERENCE);
    weights = locals(shape.columns, TypeKind.REFERENCE);
    rows = locals(shape.rows, TypeKind.LONG);
    vector = code.allocateLocal(TypeKind.INT);
    lo = code.allocateLocal(TypeKind.REFERENCE);
    hi = code.allocateLocal(TypeKind.REFERENCE);
    input = code.allocateLocal(TypeKind.REFERENCE);
  }

  private int[] locals(int count, TypeKind kind) {
    int[] slots = new int[count];
    for (int i = 0; i < count; i++) {
      slots[i] = code.allocateLocal(kind);
    }
    return slots;
  }

  private void write() {
    for (int r = 0; r < shape.rows; r++) {
      code.aload(ROWS).loadConstant(r).laload().lload(AT).ladd();
      code.loadConstant(ADDRESS_BITS).land().lstore(rows[r]);
    }
    for (int slot : new int[] {WEIGHTS, INIT, DST}) {
      code.lload(slot).loadConstant(ADDRESS_BITS).land().lstore(slot);
    }
    for (int slot : new int[] {PIXEL_BYTES, INIT_BYTES}) {
      code.lload(slot).loadConstant(DISTANCE_BITS).land().lstore(slot);
    }
    species();
    code.fload(LO).invokestatic(FLOAT_VECTOR, "broadcast", broadcastType()).astore(lo);
    species();
    code.fload(HI).invokestatic(FLOAT_VECTOR, "broadcast", broadcastType()).astore(hi);
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.iconst_0().istore(vector);
    code.labelBinding(top);
    code.iload(vector).iload(VECTORS).if_icmpge(end);
    body();
    code.iinc(vector, 1).goto_(top).labelBinding(end).return_();
  }

  private void body() {
    loadStart();
    code.lload(INIT)
        .iload(vector)
        .i2l()
        .loadConstant(COUNT_BITS)
        .land()
        .lload(INIT_BYTES)
        .lmul()
        .ladd();
    loadEnd(sums[0]);
    for (int i = 1; i < shape.pixels; i++) {
      code.aload(sums[0]).astore(sums[i]);
    }
    int inputs = (shape.pixels - 1) * shape.stride + shape.columns;
    for (int r = 0; r < shape.rows; r++) {
      for (int k = 0; k < shape.columns; k++) {
        loadStart();
        long tapBytes = (long) (r * shape.columns + k) * vectorBytes();
        code.lload(WEIGHTS);
        vectorOffset((long) shape.rows * shape.columns * vectorBytes());
        code.loadConstant(tapBytes).ladd();
        loadEnd(weights[k]);
      }
      for (int x = 0; x < inputs; x++) {
        boolean used = false;
        for (int i = 0; i < shape.pixels; i++) {
          used |= x - i * shape.stride >= 0 && x - i * shape.stride < shape.columns;
        }
        if (!used) {
          continue;
        }
        loadStart();
        code.lload(rows[r]);
        vectorOffset(vectorBytes());
        code.lload(PIXEL_BYTES).loadConstant((long) x).lmul().ladd();
        loadEnd(input);
        for (int i = 0; i < shape.pixels; i++) {
          int k = x - i * shape.stride;
          if (k >= 0 && k < shape.columns) {
            code.aload(input).aload(weights[k]).aload(sums[i]);
            code.invokevirtual(
                FLOAT_VECTOR, "fma", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR));
            code.astore(sums[i]);
          }
        }
      }
    }
    for (int i = 0; i < shape.pixels; i++) {
      clamp(sums[i], "LT", lo);
      clamp(sums[i], "GT", hi);
      code.aload(sums[i]);
      code.getstatic(MEMORY, "ALL", SEGMENT);
      code.lload(DST);
      vectorOffset(vectorBytes());
      code.lload(PIXEL_BYTES).loadConstant((long) i).lmul().ladd();
      code.getstatic(LANES, "ORDER", BYTE_ORDER);
      code.invokevirtual(
          FLOAT_VECTOR,
          "intoMemorySegment",
          MethodTypeDesc.of(CD_void, SEGMENT, CD_long, BYTE_ORDER));
    }
  }

  /** Replaces lanes beyond a bound; two instructions where min and max take five or more. */
  private void clamp(int sum, String comparison, int bound) {
    code.aload(sum).aload(bound);
    code.aload(sum).getstatic(OPERATORS, comparison, COMPARISON).aload(bound);
    code.invokevirtual(FLOAT_VECTOR, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
    code.invokevirtual(FLOAT_VECTOR, "blend", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, MASK));
    code.astore(sum);
  }

  private void vectorOffset(long bytes) {
    code.iload(vector).i2l().loadConstant(COUNT_BITS).land().loadConstant(bytes).lmul().ladd();
  }

  private void loadStart() {
    species();
    code.getstatic(MEMORY, "ALL", SEGMENT);
  }

  private void loadEnd(int slot) {
    code.getstatic(LANES, "ORDER", BYTE_ORDER);
    code.invokestatic(
        FLOAT_VECTOR,
        "fromMemorySegment",
        MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, SEGMENT, CD_long, BYTE_ORDER));
    code.astore(slot);
  }

  private void species() {
    code.getstatic(LANES, "F32", SPECIES);
  }

  private static MethodTypeDesc broadcastType() {
    return MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float);
  }

  private static long vectorBytes() {
    return 4L * Lanes.F32_LENGTH;
  }
}
