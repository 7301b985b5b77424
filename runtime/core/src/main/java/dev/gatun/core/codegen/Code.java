package dev.gatun.core.codegen;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** Emits Vector API calls; each method leaves the result in a new local variable. */
final class Code {
  private static final String VECTOR = "jdk.incubator.vector.";
  static final ClassDesc FLOAT_VECTOR = ClassDesc.of(VECTOR + "FloatVector");
  private static final ClassDesc INT_VECTOR = ClassDesc.of(VECTOR + "IntVector");
  private static final ClassDesc BYTE_VECTOR = ClassDesc.of(VECTOR + "ByteVector");
  private static final ClassDesc ANY_VECTOR = ClassDesc.of(VECTOR + "Vector");
  private static final ClassDesc MASK = ClassDesc.of(VECTOR + "VectorMask");
  private static final ClassDesc SPECIES = ClassDesc.of(VECTOR + "VectorSpecies");
  private static final ClassDesc OPERATORS = ClassDesc.of(VECTOR + "VectorOperators");
  private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
  private static final ClassDesc LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout$OfFloat");
  private static final ClassDesc BYTE_LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout$OfByte");
  private static final ClassDesc LANES = ClassDesc.of("dev.gatun.kernels.Lanes");
  private static final ClassDesc MEMORY = ClassDesc.of("dev.gatun.kernels.Memory");
  private static final ClassDesc BYTES = ClassDesc.of("dev.gatun.core.codegen.ByteLanes");

  /** The builder of the method's code. */
  final CodeBuilder c;

  Code(CodeBuilder c) {
    this.c = c;
  }

  private static ClassDesc nested(String name) {
    return ClassDesc.of(VECTOR + "VectorOperators$" + name);
  }

  private int store() {
    int slot = c.allocateLocal(TypeKind.REFERENCE);
    c.astore(slot);
    return slot;
  }

  private void species() {
    c.getstatic(LANES, "F32", SPECIES);
  }

  private void memory() {
    c.getstatic(MEMORY, "ALL", SEGMENT);
  }

  private void order() {
    c.getstatic(LANES, "ORDER", ORDER);
  }

  private void address(int base, int offset) {
    c.lload(base).lload(offset).ladd();
  }

  /** A vector with the constant in every lane. */
  int broadcast(float value) {
    species();
    c.loadConstant(value);
    c.invokestatic(FLOAT_VECTOR, "broadcast", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float));
    return store();
  }

  /** A vector with the float at an address in every lane. */
  int broadcastFrom(int base) {
    species();
    memory();
    c.getstatic(MEMORY, "F32", LAYOUT).lload(base);
    c.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, LAYOUT, CD_long));
    c.invokestatic(FLOAT_VECTOR, "broadcast", MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float));
    return store();
  }

  /** The mask with all lanes set if the byte at an address is not 0. */
  int broadcastMask(int base) {
    species();
    memory();
    c.getstatic(MEMORY, "I8", BYTE_LAYOUT).lload(base);
    // A boolean in memory is 0 or 1, which is what the JVM calls a boolean.
    c.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_byte, BYTE_LAYOUT, CD_long));
    c.invokeinterface(SPECIES, "maskAll", MethodTypeDesc.of(MASK, CD_boolean));
    return store();
  }

  /** The mask of lanes below a count. */
  int lanesBelow(int count) {
    species();
    c.iconst_0().iload(count);
    c.invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, CD_int, CD_int));
    return store();
  }

  /** Loads floats from base + offset; {@code mask} is a local or -1. */
  int load(int base, int offset, int mask) {
    species();
    memory();
    address(base, offset);
    order();
    if (mask >= 0) {
      c.aload(mask);
      c.invokestatic(
          FLOAT_VECTOR,
          "fromMemorySegment",
          MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, SEGMENT, CD_long, ORDER, MASK));
    } else {
      c.invokestatic(
          FLOAT_VECTOR,
          "fromMemorySegment",
          MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, SEGMENT, CD_long, ORDER));
    }
    return store();
  }

  /** Stores floats to base + offset. */
  void store(int vector, int base, int offset, int mask) {
    c.aload(vector);
    memory();
    address(base, offset);
    order();
    intoMemory(FLOAT_VECTOR, mask);
  }

  private void intoMemory(ClassDesc type, int mask) {
    if (mask >= 0) {
      c.aload(mask);
      c.invokevirtual(
          type, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER, MASK));
    } else {
      c.invokevirtual(
          type, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }
  }

  /** Loads booleans (a byte each) as a mask of float lanes. */
  int loadMask(int base, int offset, int mask) {
    byteSpecies();
    memory();
    address(base, offset);
    order();
    if (mask >= 0) {
      byteMask(mask);
      c.invokestatic(
          BYTE_VECTOR,
          "fromMemorySegment",
          MethodTypeDesc.of(BYTE_VECTOR, SPECIES, SEGMENT, CD_long, ORDER, MASK));
    } else {
      c.invokestatic(
          BYTE_VECTOR,
          "fromMemorySegment",
          MethodTypeDesc.of(BYTE_VECTOR, SPECIES, SEGMENT, CD_long, ORDER));
    }
    comparison("NE");
    c.iconst_0();
    c.invokevirtual(BYTE_VECTOR, "compare", MethodTypeDesc.of(MASK, nested("Comparison"), CD_byte));
    species();
    c.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
    return store();
  }

  /** Stores a mask of float lanes as booleans. */
  void storeMask(int value, int base, int offset, int mask) {
    byteSpecies();
    c.invokestatic(BYTE_VECTOR, "zero", MethodTypeDesc.of(BYTE_VECTOR, SPECIES));
    c.iconst_1();
    byteMask(value);
    c.invokevirtual(BYTE_VECTOR, "blend", MethodTypeDesc.of(BYTE_VECTOR, CD_byte, MASK));
    memory();
    address(base, offset);
    order();
    if (mask >= 0) {
      int narrow = c.allocateLocal(TypeKind.REFERENCE);
      byteMask(mask);
      c.astore(narrow);
      intoMemory(BYTE_VECTOR, narrow);
    } else {
      intoMemory(BYTE_VECTOR, -1);
    }
  }

  private void byteSpecies() {
    c.getstatic(BYTES, "SPECIES", SPECIES);
  }

  private void byteMask(int mask) {
    c.aload(mask);
    byteSpecies();
    c.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
  }

  /** x.method(y). */
  int call(String method, int x, int y) {
    c.aload(x).aload(y);
    c.invokevirtual(FLOAT_VECTOR, method, MethodTypeDesc.of(FLOAT_VECTOR, ANY_VECTOR));
    return store();
  }

  /** x.method(). */
  int call(String method, int x) {
    c.aload(x);
    c.invokevirtual(FLOAT_VECTOR, method, MethodTypeDesc.of(FLOAT_VECTOR));
    return store();
  }

  /** x * y + z. */
  int fma(int x, int y, int z) {
    c.aload(x).aload(y).aload(z);
    c.invokevirtual(FLOAT_VECTOR, "fma", MethodTypeDesc.of(FLOAT_VECTOR, ANY_VECTOR, ANY_VECTOR));
    return store();
  }

  /** x.lanewise(operator). */
  int unary(String operator, int x) {
    c.aload(x).getstatic(OPERATORS, operator, nested("Unary"));
    c.invokevirtual(FLOAT_VECTOR, "lanewise", MethodTypeDesc.of(FLOAT_VECTOR, nested("Unary")));
    return store();
  }

  /** x.lanewise(operator, y). */
  int binary(String operator, int x, int y) {
    c.aload(x).getstatic(OPERATORS, operator, nested("Binary")).aload(y);
    c.invokevirtual(
        FLOAT_VECTOR, "lanewise", MethodTypeDesc.of(FLOAT_VECTOR, nested("Binary"), ANY_VECTOR));
    return store();
  }

  private void comparison(String operator) {
    c.getstatic(OPERATORS, operator, nested("Comparison"));
  }

  /** The mask x operator y. */
  int compare(String operator, int x, int y) {
    c.aload(x);
    comparison(operator);
    c.aload(y);
    c.invokevirtual(
        FLOAT_VECTOR, "compare", MethodTypeDesc.of(MASK, nested("Comparison"), ANY_VECTOR));
    return store();
  }

  /** mask ? y : x. */
  int blend(int x, int y, int mask) {
    c.aload(x).aload(y).aload(mask);
    c.invokevirtual(FLOAT_VECTOR, "blend", MethodTypeDesc.of(FLOAT_VECTOR, ANY_VECTOR, MASK));
    return store();
  }

  /** x.method(y) of masks: and, or, xor. */
  int maskCall(String method, int x, int y) {
    c.aload(x).aload(y);
    c.invokevirtual(MASK, method, MethodTypeDesc.of(MASK, MASK));
    return store();
  }

  /** The other lanes. */
  int not(int mask) {
    c.aload(mask);
    c.invokevirtual(MASK, "not", MethodTypeDesc.of(MASK));
    return store();
  }

  /** The mask with all lanes set or none. */
  int constantMask(boolean value) {
    species();
    c.loadConstant(value ? 1 : 0);
    c.invokeinterface(SPECIES, "maskAll", MethodTypeDesc.of(MASK, CD_boolean));
    return store();
  }

  /** The bits of x as integers. */
  int bits(int x) {
    c.aload(x);
    c.invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", MethodTypeDesc.of(INT_VECTOR));
    return store();
  }

  /** Integers as the floats with those bits. */
  int fromBits(int x) {
    c.aload(x);
    c.invokevirtual(INT_VECTOR, "reinterpretAsFloats", MethodTypeDesc.of(FLOAT_VECTOR));
    return store();
  }

  /** Integers: x.lanewise(operator, constant). */
  int whole(String operator, int x, int constant) {
    c.aload(x).getstatic(OPERATORS, operator, nested("Binary")).loadConstant(constant);
    c.invokevirtual(
        INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, nested("Binary"), CD_int));
    return store();
  }

  /** Integers: x.lanewise(operator, constant) with AND or OR, which are of another type. */
  int bitwise(String operator, int x, int constant) {
    c.aload(x).getstatic(OPERATORS, operator, nested("Associative")).loadConstant(constant);
    c.invokevirtual(
        INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, nested("Binary"), CD_int));
    return store();
  }

  /** Integers: x - y. */
  int wholeSub(int x, int y) {
    c.aload(x).aload(y);
    c.invokevirtual(INT_VECTOR, "sub", MethodTypeDesc.of(INT_VECTOR, ANY_VECTOR));
    return store();
  }

  /** Integers to floats by value. */
  int toFloats(int x) {
    c.aload(x).getstatic(OPERATORS, "I2F", nested("Conversion")).iconst_0();
    c.invokevirtual(
        INT_VECTOR, "convert", MethodTypeDesc.of(ANY_VECTOR, nested("Conversion"), CD_int));
    c.checkcast(FLOAT_VECTOR);
    return store();
  }
}
