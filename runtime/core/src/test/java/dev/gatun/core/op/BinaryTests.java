package dev.gatun.core.op;

import static dev.gatun.core.op.OpChecks.check;
import static dev.gatun.core.op.OpChecks.checkClose;
import static dev.gatun.core.op.OpChecks.fails;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Operators of two and three broadcast inputs. */
class BinaryTests {
  @Test
  void broadcasts() {
    check(Add.OP, "f32 [[1, 2, 3]]; f32 [[10], [20]]", "f32 [[11, 12, 13], [21, 22, 23]]");
    check(Sub.OP, "f32 5; f32 [1, 2]", "f32 [4, 3]");
    check(Mul.OP, "f32 zeros 3 0; f32 zeros 1 1", "f32 zeros 3 0");
    check(Add.OP, "i64 [[[1]], [[2]]]; i64 [3, 4]", "i64 [[[4, 5]], [[5, 6]]]");
    fails(Add.OP, "f32 [1, 2]; f32 [1, 2, 3]", List.of("[2]", "[3]", "broadcast"));
    fails(Add.OP, "f32 [1]; f64 [1]", List.of("F32", "F64", "cast"));
    fails(Add.OP, "bool [1]; bool [1]", List.of("BOOL"));
  }

  @Test
  void integersDivideTowardZero() {
    check(Div.OP, "i32 [7, -7, 7, 5]; i32 [2, 2, -2, 0]", "i32 [3, -3, -3, 0]");
    check(Div.OP, "u64 [18446744073709551615]; u64 [2]", "u64 [9223372036854775807]");
    check(Div.OP, "i64 [-9223372036854775808]; i64 [-1]", "i64 [-9223372036854775808]");
    check(Div.OP, "f32 [1, -1, 0]; f32 [0, 0, 0]", "f32 [inf, -inf, nan]");
    check(Mul.OP, "u8 [200]; u8 [2]", "u8 [144]");
    check(Add.OP, "i4 [7]; i4 [1]", "i4 [-8]");
    check(Sub.OP, "u16 [0]; u16 [1]", "u16 [65535]");
  }

  @Test
  void remaindersHaveEitherSign() {
    check(Rem.OP, "i32 [-4, 7, 5, 4, -7, 8]; i32 [2, -3, 8, -2, 3, 5]", "i32 [0, -2, 5, 0, 2, 3]");
    check(
        Rem.OP,
        "i32 [-4, 7, 5, 4, -7, 8]; i32 [2, -3, 8, -2, 3, 5]",
        "i32 [0, 1, 5, 0, -1, 3]",
        "fmod",
        true);
    check(Rem.OP, "f64 [-4.5, 7.5, 7.5]; f64 [2, -3, inf]", "f64 [1.5, -1.5, 7.5]");
    check(Rem.OP, "f64 [-4.5, 7.5]; f64 [2, -3]", "f64 [-0.5, 1.5]", "fmod", true);
    check(Rem.OP, "u64 [18446744073709551615]; u64 [10]", "u64 [5]");
    check(Rem.OP, "i8 [5]; i8 [0]", "i8 [0]");
  }

  @Test
  void powersKeepTheTypeOfTheBase() {
    check(Pow.OP, "f32 [2, 3]; i64 [3, -1]", "f32 [8, 0.333333343]");
    check(Pow.OP, "i32 [2, 3, 5]; f32 [3, 0.5, -1]", "i32 [8, 1, 0]");
    check(Pow.OP, "i32 [2, -1, 0]; i32 [31, -3, 0]", "i32 [-2147483648, -1, 1]");
    check(Pow.OP, "u64 [3]; u64 [40]", "u64 [12157665459056928801]");
    check(Pow.OP, "f64 [-1, 1, 0, -8]; f64 [inf, nan, -1, 0.5]", "f64 [1, 1, inf, nan]");
    checkClose(
        1e-15,
        Atan2.OP,
        "f64 [-1, 0]; f64 [-1, -1]",
        "f64 [-2.356194490192345, 3.141592653589793]");
  }

  @Test
  void extremesKeepNaN() {
    check(Min.OP, "f32 [1, nan, -0]; f32 [nan, 1, 0]", "f32 [nan, nan, -0]");
    check(Max.OP, "f32 [1, nan, -0]; f32 [2, 1, 0]", "f32 [2, nan, 0]");
    check(Max.OP, "u64 [18446744073709551615]; u64 [1]", "u64 [18446744073709551615]");
    check(Min.OP, "i64 [-3]; i64 [[1], [-5]]", "i64 [[-3], [-5]]");
  }

  @Test
  void logicAndBits() {
    check(And.OP, "bool [0, 0, 1, 1]; bool [0, 1, 0, 1]", "bool [0, 0, 0, 1]");
    check(Or.OP, "bool [0, 0, 1, 1]; bool [0, 1, 0, 1]", "bool [0, 1, 1, 1]");
    check(Xor.OP, "bool [0, 0, 1, 1]; bool [0, 1, 0, 1]", "bool [0, 1, 1, 0]");
    check(BitAnd.OP, "u8 [204]; u8 [170]", "u8 [136]");
    check(BitOr.OP, "i8 [-52]; i8 [34]", "i8 [-18]");
    check(BitXor.OP, "i32 [12]; i32 [10]", "i32 [6]");
    check(ShiftLeft.OP, "u8 [3, 3, 3]; u8 [1, 7, 8]", "u8 [6, 128, 0]");
    check(ShiftRight.OP, "u8 [255, 255]; u8 [4, 9]", "u8 [15, 0]");
    check(ShiftRight.OP, "i32 [-8, -8]; i32 [1, 99]", "i32 [-4, -1]");
    check(ShiftRight.OP, "u64 [18446744073709551615]; u64 [63]", "u64 [1]");
    fails(And.OP, "i32 [1]; i32 [1]", List.of("needs a boolean type", "I32"));
    fails(BitAnd.OP, "bool [1]; bool [1]", List.of("integer"));
  }

  @Test
  void comparesAnyType() {
    check(Equal.OP, "f32 [nan, 0, 1]; f32 [nan, -0, 2]", "bool [0, 1, 0]");
    check(Equal.OP, "string ['a', 'b']; string 'a'", "bool [1, 0]");
    check(Equal.OP, "bool [0, 1]; bool [0, 0]", "bool [1, 0]");
    check(Less.OP, "u64 [18446744073709551615]; u64 [1]", "bool [0]");
    check(Less.OP, "f32 [1, nan]; f32 [2, 2]", "bool [1, 0]");
    check(LessEqual.OP, "i32 [1, 2, 3]; i32 2", "bool [1, 1, 0]");
    check(Greater.OP, "i32 [1, 2, 3]; i32 2", "bool [0, 0, 1]");
    check(GreaterEqual.OP, "f32 [1, 2, nan]; f32 2", "bool [0, 1, 0]");
    fails(Less.OP, "string ['a']; string ['b']", List.of("STRING"));
  }

  @Test
  void selectsAnyType() {
    check(Where.OP, "bool [[1], [0]]; f32 [1, 2]; f32 9", "f32 [[1, 2], [9, 9]]");
    check(Where.OP, "bool [1, 0]; string ['a', 'b']; string 'z'", "string ['a', 'z']");
    check(Where.OP, "bool 1; u64 [18446744073709551615]; u64 0", "u64 [18446744073709551615]");
    fails(Where.OP, "f32 [1]; f32 [1]; f32 [1]", List.of("boolean"));
    fails(Where.OP, "bool [1]; f32 [1]; i32 [1]", List.of("F32", "I32"));
    check(Prelu.OP, "f32 [[-2, 2], [-4, nan]]; f32 [0.5, 1]", "f32 [[-1, 2], [-2, nan]]");
  }
}
