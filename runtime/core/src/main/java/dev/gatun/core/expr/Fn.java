package dev.gatun.core.expr;

import dev.gatun.core.tensor.DType;

/**
 * The scalar functions that expressions are made of.
 *
 * <p>Floating functions mean what {@link Math} means by them, rounded once; integer ones wrap
 * around as Java's do. Division and remainder of integers truncate; a zero divisor gives 0, so that
 * speculative lanes never fault. Strings have only {@code EQUAL}, {@code SELECT} and {@code CAST};
 * they are evaluated, never compiled.
 */
public enum Fn {
  NEG(1),
  ABS(1),
  SQRT(1),
  EXP(1),
  LOG(1),
  TANH(1),
  ERF(1),
  SIN(1),
  COS(1),
  TAN(1),
  ASIN(1),
  ACOS(1),
  ATAN(1),
  SINH(1),
  COSH(1),
  ASINH(1),
  ACOSH(1),
  ATANH(1),
  EXPM1(1),
  LOG1P(1),
  FLOOR(1),
  CEIL(1),
  /** To the nearest integer, ties to even. */
  RINT(1),
  /** Toward zero. */
  TRUNC(1),
  /** -1, 0 or 1; NaN stays NaN. */
  SIGN(1),
  /** Boolean negation. */
  NOT(1),
  /** Bitwise complement. */
  BIT_NOT(1),
  IS_NAN(1),
  IS_INFINITE(1),
  ADD(2),
  SUB(2),
  MUL(2),
  DIV(2),
  /** Remainder with the sign of the dividend, as Java's %. */
  REM(2),
  /** NaN if either is NaN. */
  MIN(2),
  /** NaN if either is NaN. */
  MAX(2),
  POW(2),
  ATAN2(2),
  /** Boolean or bitwise. */
  AND(2),
  /** Boolean or bitwise. */
  OR(2),
  /** Boolean or bitwise. */
  XOR(2),
  SHL(2),
  /** Arithmetic for signed, logical for unsigned types; 0 or the sign from the width on. */
  SHR(2),
  LESS(2),
  LESS_EQUAL(2),
  EQUAL(2),
  /** SELECT(condition, x, y). */
  SELECT(3),
  /** FMA(x, y, z) = x * y + z, rounded once. */
  FMA(3),
  /** To the expression's own type, as a C cast; a float to boolean is x != 0. */
  CAST(1);

  private final int arity;

  Fn(int arity) {
    this.arity = arity;
  }

  /** Whether the function is defined for operands of a type. */
  boolean accepts(DType type) {
    return switch (this) {
      case NEG,
          ABS,
          SIGN,
          FLOOR,
          CEIL,
          RINT,
          TRUNC,
          IS_NAN,
          IS_INFINITE,
          ADD,
          SUB,
          MUL,
          DIV,
          REM,
          MIN,
          MAX,
          POW,
          LESS,
          LESS_EQUAL,
          FMA ->
          type.isNumber();
      case SQRT,
          EXP,
          LOG,
          TANH,
          ERF,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          SINH,
          COSH,
          ASINH,
          ACOSH,
          ATANH,
          EXPM1,
          LOG1P,
          ATAN2 ->
          type.isFloat();
      case NOT -> type == DType.BOOL;
      case BIT_NOT, SHL, SHR -> type.isInteger();
      case AND, OR, XOR -> type.isInteger() || type == DType.BOOL;
      case EQUAL, SELECT, CAST -> true;
    };
  }

  /** Number of arguments. */
  public int arity() {
    return arity;
  }
}
