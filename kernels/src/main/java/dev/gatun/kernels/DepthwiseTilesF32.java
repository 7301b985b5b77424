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
 * <p>Loops over tiles, vectors of channels and rows of taps; the taps of a row are unrolled for all
 * pixels of the tile, so an input that several pixels share is loaded once, and the sums stay in
 * registers. Tiles at the left and right border leave out the products with inputs that do not
 * exist. Bound by fma while src and dst are in L1.
 *
 * <p>All addresses are cut to a range that is known to lie in {@link Memory#ALL}. That costs an
 * instruction each and lets C2 drop every bounds check while it parses: otherwise a hundred of them
 * run before each loop, which has few rounds, and a part stays inside (measured at 64 channels:
 * 12.5 to 7.1 ns a vector of 9 taps).
 */
final class DepthwiseTilesF32 {
  /**
   * Shape of a tile.
   *
   * @param columns number of taps of a row
   * @param stride distance of neighbouring pixels in the input
   * @param dilation distance of taps in the input
   * @param pixels number of output pixels
   * @param before how many of the tile's input columns lie before the input
   * @param after how many lie behind it
   */
  record Shape(int columns, int stride, int dilation, int pixels, int before, int after) {
    /** Number of input columns from the first to the last. */
    int inputs() {
      return (pixels - 1) * stride + (columns - 1) * dilation + 1;
    }

    /** Number of calls to the vector interface; more than 90 are too many for C1. */
    int calls() {
      return columns * pixels + inputs() + columns + 5 * pixels + 1;
    }
  }

  private static final Map<Shape, DepthwiseTileF32> KERNELS = new ConcurrentHashMap<>();

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

  // Parameters of DepthwiseTileF32.run; a long takes two slots.
  private static final int ROWS = 1;
  private static final int COUNT = 2;
  private static final int VECTORS = 3;
  private static final int TILES = 4;
  private static final int PIXEL_BYTES = 5;
  private static final int WEIGHT_BYTES = 7;
  private static final int INIT = 9;
  private static final int INIT_BYTES = 11;
  private static final int DST = 13;
  private static final int LO = 15;
  private static final int HI = 16;

  /** The kernel of a shape, written when first asked for. */
  static DepthwiseTileF32 tile(Shape shape) {
    return KERNELS.computeIfAbsent(shape, DepthwiseTilesF32::define);
  }

  private static DepthwiseTileF32 define(Shape shape) {
    String name =
        "dev.gatun.kernels.DepthwiseTileF32_k%d_s%d_d%d_p%d_%d_%d"
            .formatted(
                shape.columns,
                shape.stride,
                shape.dilation,
                shape.pixels,
                shape.before,
                shape.after);
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
                          CD_int,
                          CD_int,
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
      DepthwiseTileF32 tile =
          (DepthwiseTileF32) lookup.lookupClass().getDeclaredConstructor().newInstance();
      Warmup.add(new Trial(tile, shape));
      return tile;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a generated kernel cannot be loaded: " + shape, e);
    }
  }

  /** Two tiles side by side of a few vectors of channels and rows of taps. */
  private record Trial(DepthwiseTileF32 tile, Shape shape) implements Warmup.Trial {
    private static final int ROWS = 2;
    private static final int VECTORS = 2;
    private static final int TILES = 2;
    private static final long VECTOR_BYTES = 4L * Lanes.F32_LENGTH;
    private static final long PIXEL_BYTES = VECTORS * VECTOR_BYTES;

    private long inputBytes() {
      return PIXEL_BYTES * (shape.inputs() + (TILES - 1L) * shape.pixels * shape.stride);
    }

    private long weightBytes() {
      return VECTOR_BYTES * shape.columns;
    }

    @Override
    public long bytes() {
      return inputBytes() + weightBytes() * VECTORS + PIXEL_BYTES * (1 + TILES * shape.pixels);
    }

    @Override
    public void run(long zeros, int call) {
      long weights = zeros + inputBytes();
      long init = weights + weightBytes() * VECTORS;
      long[] rows = new long[2 * ROWS];
      for (int i = 0; i < ROWS; i++) {
        rows[2 * i] = zeros;
        rows[2 * i + 1] = weights;
      }
      // Mostly one round of each loop: the JIT counts calls, and is told that loops go on.
      boolean loops = call % 8 == 0;
      tile.run(
          rows,
          loops ? ROWS : 1,
          loops ? VECTORS : 1,
          loops ? TILES : 1,
          PIXEL_BYTES,
          weightBytes(),
          init,
          VECTOR_BYTES,
          init + PIXEL_BYTES,
          call % 2 == 0 ? 0 : Float.NEGATIVE_INFINITY,
          call % 3 == 0 ? 6 : Float.POSITIVE_INFINITY);
    }
  }

  private final Shape shape;
  private final CodeBuilder code;
  private final int[] sums;
  private final int[] weights;
  private final int tile;
  private final int vector;
  private final int row;
  private final int srcAt;
  private final int weightsAt;
  private final int dstAt;
  private final int lo;
  private final int hi;
  private final int input;

  private DepthwiseTilesF32(Shape shape, CodeBuilder code) {
    this.shape = shape;
    this.code = code;
    sums = locals(shape.pixels);
    weights = locals(shape.columns);
    tile = code.allocateLocal(TypeKind.INT);
    vector = code.allocateLocal(TypeKind.INT);
    row = code.allocateLocal(TypeKind.INT);
    srcAt = code.allocateLocal(TypeKind.LONG);
    weightsAt = code.allocateLocal(TypeKind.LONG);
    dstAt = code.allocateLocal(TypeKind.LONG);
    lo = code.allocateLocal(TypeKind.REFERENCE);
    hi = code.allocateLocal(TypeKind.REFERENCE);
    input = code.allocateLocal(TypeKind.REFERENCE);
  }

  private int[] locals(int count) {
    int[] slots = new int[count];
    for (int i = 0; i < count; i++) {
      slots[i] = code.allocateLocal(TypeKind.REFERENCE);
    }
    return slots;
  }

  private void write() {
    code.lload(PIXEL_BYTES).loadConstant(DISTANCE_BITS).land().lstore(PIXEL_BYTES);
    species();
    code.fload(LO).invokestatic(FLOAT_VECTOR, "broadcast", broadcastType()).astore(lo);
    species();
    code.fload(HI).invokestatic(FLOAT_VECTOR, "broadcast", broadcastType()).astore(hi);
    loop(tile, TILES, () -> loop(vector, VECTORS, this::tile));
    code.return_();
  }

  private void loop(int counter, int end, Runnable body) {
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.iconst_0().istore(counter);
    code.labelBinding(top).iload(counter).iload(end).if_icmpge(done);
    body.run();
    code.iinc(counter, 1).goto_(top).labelBinding(done);
  }

  /** One tile of one vector of channels. */
  private void tile() {
    loadStart();
    code.lload(INIT).iload(vector).i2l().lload(INIT_BYTES).lmul().ladd();
    cut();
    loadEnd(sums[0]);
    for (int i = 1; i < shape.pixels; i++) {
      code.aload(sums[0]).astore(sums[i]);
    }
    code.iload(tile).i2l().lload(PIXEL_BYTES).lmul();
    code.loadConstant((long) shape.pixels).lmul().lload(DST).ladd();
    vectorOffset();
    cut();
    code.lstore(dstAt);
    loop(row, COUNT, this::taps);
    clamp(LO, Float.NEGATIVE_INFINITY, "LT", lo);
    clamp(HI, Float.POSITIVE_INFINITY, "GT", hi);
    for (int i = 0; i < shape.pixels; i++) {
      code.aload(sums[i]);
      code.getstatic(MEMORY, "ALL", SEGMENT);
      code.lload(dstAt).lload(PIXEL_BYTES).loadConstant((long) i).lmul().ladd();
      code.getstatic(LANES, "ORDER", BYTE_ORDER);
      code.invokevirtual(
          FLOAT_VECTOR,
          "intoMemorySegment",
          MethodTypeDesc.of(CD_void, SEGMENT, CD_long, BYTE_ORDER));
    }
  }

  /** One row of taps. */
  private void taps() {
    code.aload(ROWS).iload(row).iconst_1().ishl().laload();
    code.iload(tile).i2l().lload(PIXEL_BYTES).lmul();
    code.loadConstant((long) shape.pixels * shape.stride).lmul().ladd();
    vectorOffset();
    cut();
    code.lstore(srcAt);
    code.aload(ROWS).iload(row).iconst_1().ishl().iconst_1().iadd().laload();
    code.iload(vector).i2l().lload(WEIGHT_BYTES).lmul().ladd();
    cut();
    code.lstore(weightsAt);
    for (int k = 0; k < shape.columns; k++) {
      loadStart();
      code.lload(weightsAt).loadConstant((long) k * vectorBytes()).ladd();
      loadEnd(weights[k]);
    }
    for (int x = shape.before; x < shape.inputs() - shape.after; x++) {
      boolean loaded = false;
      for (int i = 0; i < shape.pixels; i++) {
        int distance = x - i * shape.stride;
        int k = distance / shape.dilation;
        if (distance < 0 || distance % shape.dilation != 0 || k >= shape.columns) {
          continue;
        }
        if (!loaded) {
          loadStart();
          code.lload(srcAt).lload(PIXEL_BYTES).loadConstant((long) x).lmul().ladd();
          loadEnd(input);
          loaded = true;
        }
        code.aload(input).aload(weights[k]).aload(sums[i]);
        code.invokevirtual(FLOAT_VECTOR, "fma", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR));
        code.astore(sums[i]);
      }
    }
  }

  /** Cuts an address so that it is known to lie in memory. */
  private void cut() {
    code.loadConstant(ADDRESS_BITS).land();
  }

  /** Clamps all sums, unless the bound is no bound. */
  private void clamp(int parameter, float none, String comparison, int bound) {
    Label free = code.newLabel();
    code.fload(parameter).loadConstant(none).fcmpl().ifeq(free);
    for (int sum : sums) {
      clamp(sum, comparison, bound);
    }
    code.labelBinding(free);
  }

  /** Replaces lanes beyond a bound; two instructions where min and max take five or more. */
  private void clamp(int sum, String comparison, int bound) {
    code.aload(sum).aload(bound);
    code.aload(sum).getstatic(OPERATORS, comparison, COMPARISON).aload(bound);
    code.invokevirtual(FLOAT_VECTOR, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
    code.invokevirtual(FLOAT_VECTOR, "blend", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, MASK));
    code.astore(sum);
  }

  private void vectorOffset() {
    code.iload(vector).i2l().loadConstant(vectorBytes()).lmul().ladd();
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
