package dev.gatun.core.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** bitCast(x) = the bits of x read as another type {@code to} of as many bits. */
public final class BitCast {
  public static final OpDef OP =
      OpDef.named("bitCast")
          .attr("to")
          .types(
              in -> {
                DType to = in.attrs().dtype("to");
                in.require(
                    bits(in.dtype(0)) == bits(to) && bits(to) > 0,
                    "%s has not as many bits as %s",
                    to,
                    in.dtype(0));
                return List.of(Type.tensor(to, in.shape(0)));
              })
          .reference(in -> List.of(run(in.tensor(0), in.attrs().dtype("to"))))
          .define();

  private static int bits(DType type) {
    return switch (type) {
      case I4, U4, F4E2M1 -> 4;
      case I2, U2 -> 2;
      case BOOL, STRING -> 0; // booleans are 0 or 1, not any eight bits
      default -> 8 * type.bytes();
    };
  }

  private static Tensor run(Tensor x, DType to) {
    if (bits(to) >= 8) {
      return Tensor.wrap(to, x.shape(), x.data());
    }
    byte[] bytes = x.data().toArray(ValueLayout.JAVA_BYTE);
    int shift = 8 - bits(to);
    for (int i = 0; i < bytes.length; i++) {
      // Elements below a byte are kept extended: with their sign if they have one.
      int high = bytes[i] << 24 + shift;
      bytes[i] = (byte) (to.kind() == DType.Kind.INT ? high >> 24 + shift : high >>> 24 + shift);
    }
    return Tensor.wrap(to, x.shape(), MemorySegment.ofArray(bytes));
  }

  private BitCast() {}
}
