package dev.gatun.ffi;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A built primitive, or the reason why oneDNN (or this binding) refuses to build it. */
public final class PrimitiveResult {
  private final @Nullable OneDnnPrimitive primitive;
  private final String reason;

  private PrimitiveResult(@Nullable OneDnnPrimitive primitive, String reason) {
    this.primitive = primitive;
    this.reason = reason;
  }

  static PrimitiveResult built(OneDnnPrimitive primitive) {
    return new PrimitiveResult(primitive, "");
  }

  static PrimitiveResult refused(String reason) {
    return new PrimitiveResult(null, reason);
  }

  /** The primitive, or empty when it was refused. */
  public Optional<OneDnnPrimitive> primitive() {
    return Optional.ofNullable(primitive);
  }

  /** Why it was refused; empty when it was not. */
  public String reason() {
    return reason;
  }

  /**
   * The primitive.
   *
   * @throws OneDnnException with the reason when it was refused
   */
  public OneDnnPrimitive orElseThrow() {
    if (primitive == null) {
      throw new OneDnnException(reason);
    }
    return primitive;
  }

  @Override
  public String toString() {
    return primitive != null ? primitive.toString() : "refused: " + reason;
  }
}
