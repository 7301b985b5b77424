package dev.gatun.train.net;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.op.Abs;
import dev.gatun.core.op.Add;
import dev.gatun.core.op.And;
import dev.gatun.core.op.Clip;
import dev.gatun.core.op.Cos;
import dev.gatun.core.op.Div;
import dev.gatun.core.op.Equal;
import dev.gatun.core.op.Erf;
import dev.gatun.core.op.Exp;
import dev.gatun.core.op.Expm1;
import dev.gatun.core.op.Floor;
import dev.gatun.core.op.Greater;
import dev.gatun.core.op.GreaterEqual;
import dev.gatun.core.op.Less;
import dev.gatun.core.op.LessEqual;
import dev.gatun.core.op.Log;
import dev.gatun.core.op.Log1p;
import dev.gatun.core.op.Max;
import dev.gatun.core.op.Min;
import dev.gatun.core.op.Mul;
import dev.gatun.core.op.Neg;
import dev.gatun.core.op.Not;
import dev.gatun.core.op.Or;
import dev.gatun.core.op.Pow;
import dev.gatun.core.op.Reciprocal;
import dev.gatun.core.op.Rsqrt;
import dev.gatun.core.op.Sign;
import dev.gatun.core.op.Sin;
import dev.gatun.core.op.Sqrt;
import dev.gatun.core.op.Sub;

/** Element-wise operators of a {@link Flow}; those of two values broadcast as NumPy does. */
interface Arithmetic {
  /** The value itself. */
  Flow self();

  /** Adds an operator without attributes. */
  Flow op(OpDef op, Flow... others);

  /** A number of the value's type. */
  Flow number(double number);

  /** x + y. */
  default Flow add(Flow y) {
    return op(Add.OP, y);
  }

  /** x + y. */
  default Flow add(double y) {
    return op(Add.OP, number(y));
  }

  /** x - y. */
  default Flow sub(Flow y) {
    return op(Sub.OP, y);
  }

  /** x - y. */
  default Flow sub(double y) {
    return op(Sub.OP, number(y));
  }

  /** y - x. */
  default Flow subFrom(double y) {
    return number(y).op(Sub.OP, self());
  }

  /** x y. */
  default Flow mul(Flow y) {
    return op(Mul.OP, y);
  }

  /** x y. */
  default Flow mul(double y) {
    return op(Mul.OP, number(y));
  }

  /** x / y. */
  default Flow div(Flow y) {
    return op(Div.OP, y);
  }

  /** x / y. */
  default Flow div(double y) {
    return op(Div.OP, number(y));
  }

  /** 1 / x. */
  default Flow reciprocal() {
    return op(Reciprocal.OP);
  }

  /** -x. */
  default Flow neg() {
    return op(Neg.OP);
  }

  /** |x|. */
  default Flow abs() {
    return op(Abs.OP);
  }

  /** -1, 0 or 1. */
  default Flow sign() {
    return op(Sign.OP);
  }

  /** The largest whole number that is not above x. */
  default Flow floor() {
    return op(Floor.OP);
  }

  /** x^2. */
  default Flow square() {
    return op(Mul.OP, self());
  }

  /** The square root. */
  default Flow sqrt() {
    return op(Sqrt.OP);
  }

  /** 1 / sqrt(x). */
  default Flow rsqrt() {
    return op(Rsqrt.OP);
  }

  /** e^x. */
  default Flow exp() {
    return op(Exp.OP);
  }

  /** e^x - 1, exact near 0. */
  default Flow expm1() {
    return op(Expm1.OP);
  }

  /** The natural logarithm. */
  default Flow log() {
    return op(Log.OP);
  }

  /** log(1 + x), exact near 0. */
  default Flow log1p() {
    return op(Log1p.OP);
  }

  /** The sine. */
  default Flow sin() {
    return op(Sin.OP);
  }

  /** The cosine. */
  default Flow cos() {
    return op(Cos.OP);
  }

  /** The error function. */
  default Flow erf() {
    return op(Erf.OP);
  }

  /** x^y. */
  default Flow pow(double y) {
    return op(Pow.OP, number(y));
  }

  /** x^y. */
  default Flow pow(Flow y) {
    return op(Pow.OP, y);
  }

  /** The larger of two. */
  default Flow max(Flow y) {
    return op(Max.OP, y);
  }

  /** The larger of two. */
  default Flow max(double y) {
    return op(Max.OP, number(y));
  }

  /** The smaller of two. */
  default Flow min(Flow y) {
    return op(Min.OP, y);
  }

  /** The smaller of two. */
  default Flow min(double y) {
    return op(Min.OP, number(y));
  }

  /** x, but not below {@code low} and not above {@code high}. */
  default Flow clip(double low, double high) {
    return self().op(Clip.OP, Attrs.of("min", low, "max", high));
  }

  /** Whether x is less than y, booleans. */
  default Flow less(Flow y) {
    return op(Less.OP, y);
  }

  /** Whether x is less than y, booleans. */
  default Flow less(double y) {
    return op(Less.OP, number(y));
  }

  /** Whether x is at most y, booleans. */
  default Flow lessEqual(Flow y) {
    return op(LessEqual.OP, y);
  }

  /** Whether x is greater than y, booleans. */
  default Flow greater(Flow y) {
    return op(Greater.OP, y);
  }

  /** Whether x is greater than y, booleans. */
  default Flow greater(double y) {
    return op(Greater.OP, number(y));
  }

  /** Whether x is at least y, booleans. */
  default Flow greaterEqual(double y) {
    return op(GreaterEqual.OP, number(y));
  }

  /** Whether x equals y, booleans. */
  default Flow equal(Flow y) {
    return op(Equal.OP, y);
  }

  /** Whether x equals y, booleans. */
  default Flow equal(double y) {
    return op(Equal.OP, number(y));
  }

  /** Whether a boolean is false. */
  default Flow not() {
    return op(Not.OP);
  }

  /** Whether both of two booleans are true. */
  default Flow and(Flow y) {
    return op(And.OP, y);
  }

  /** Whether one of two booleans is true. */
  default Flow or(Flow y) {
    return op(Or.OP, y);
  }
}
