package dev.gatun.core.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.ShapeException;
import org.junit.jupiter.api.Test;

/** Functions the JDK lacks against the C library's; type checks of expressions. */
class FunctionTests {
  private static final double[][] ERF = {
    {1e-300, 1.1283791670955126e-300},
    {1e-08, 1.1283791670955126e-08},
    {0.1, 0.1124629160182849},
    {0.5, 0.5204998778130465},
    {1, 0.8427007929497149},
    {1.5, 0.9661051464753108},
    {1.999, 0.9953015566513705},
    {2.0, 0.9953222650189527},
    {2.001, 0.9953428907185247},
    {2.5, 0.999593047982555},
    {3, 0.9999779095030014},
    {4, 0.9999999845827421},
    {5.5, 0.9999999999999927},
    {5.999, 1.0},
    {6.001, 1.0},
    {30, 1.0}
  };
  private static final double[][] ASINH = {
    {1e-300, 1e-300},
    {1e-09, 1e-09},
    {0.1, 0.09983407889920758},
    {1, 0.881373587019543},
    {10, 2.99822295029797},
    {10000000.0, 16.811242831518268},
    {1000000000.0, 21.416413017506354},
    {1e+200, 461.2101657793691}
  };
  private static final double[][] ACOSH = {
    {1, 0.0},
    {1.000000000001, 1.4142764231805424e-06},
    {1.1, 0.4435682543851154},
    {2, 1.3169578969248166},
    {10000000.0, 16.811242831518264},
    {1000000000.0, 21.416413017506354},
    {1e+300, 691.4686750787736}
  };
  private static final double[][] ATANH = {
    {1e-300, 1e-300},
    {1e-09, 1e-09},
    {0.1, 0.10033534773107558},
    {0.5, 0.5493061443340548},
    {0.999999, 7.254328619247669}
  };

  private static void agree(Fn fn, double[][] table, double relative) {
    for (double[] row : table) {
      double y = RealFunctions.apply(fn, row[0], 0, 0);
      assertEquals(row[1], y, relative * Math.abs(row[1]), fn + " of " + row[0]);
    }
  }

  @Test
  void agreesWithTheLibraryOfC() {
    agree(Fn.ERF, ERF, 1e-14);
    agree(Fn.ASINH, ASINH, 1e-15);
    agree(Fn.ACOSH, ACOSH, 1e-15);
    agree(Fn.ATANH, ATANH, 1e-15);
  }

  @Test
  void oddFunctionsAreOdd() {
    for (Fn fn : new Fn[] {Fn.ERF, Fn.ASINH, Fn.ATANH}) {
      for (double x : new double[] {0, 1e-300, 0.3, 0.99}) {
        double y = RealFunctions.apply(fn, x, 0, 0);
        assertEquals(-y, RealFunctions.apply(fn, -x, 0, 0), fn + " of " + x);
      }
    }
  }

  @Test
  void equalExpressionsAreOne() {
    ExprBuilder e = new ExprBuilder();
    Expr x = e.input(0, DType.F32);
    assertSame(e.add(x, 1), e.add(x, 1));
  }

  @Test
  void operandTypesAreChecked() {
    ExprBuilder e = new ExprBuilder();
    Expr x = e.input(0, DType.F32);
    Expr n = e.input(1, DType.I32);
    fails(() -> e.add(x, n), "F32 and I32");
    fails(() -> e.exp(n), "exp is not defined for I32");
    fails(() -> e.select(x, n, n), "boolean");
    fails(() -> e.mul(n, 0.5), "0.5 is no constant of I32");
    fails(() -> e.less(e.input(2, DType.STRING), e.input(3, DType.STRING)), "STRING");
  }

  private static void fails(Runnable code, String part) {
    ShapeException e = assertThrows(ShapeException.class, code::run);
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
  }
}
