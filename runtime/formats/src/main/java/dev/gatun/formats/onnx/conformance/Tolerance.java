package dev.gatun.formats.onnx.conformance;

/**
 * How far an output may be from what is expected: {@code |y - e| <= absolute + relative * |e|}.
 * Integers, booleans and strings must be equal; bfloat16 has its own relative bound.
 */
public record Tolerance(double relative, double absolute) {
  /** What the ONNX project's own runner uses, with a wider absolute bound. */
  public static final Tolerance DEFAULT = new Tolerance(1e-3, 1e-5);

  /** Two units in the last place of bfloat16. */
  static final double BF16_RELATIVE = 0x1p-6;
}
