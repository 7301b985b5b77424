package dev.gatun.ffi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a primitive differs from its plain form: post-ops, quantization scales, permitted rounding.
 *
 * <p>An immutable value; each method returns a changed copy.
 *
 * @param postOps applied in order to each result
 * @param scaleMasks for quantized arguments: bit i set means one scale for each index of dim i
 * @param zeroPointMasks the same for zero points
 * @param fpMath rounding of inputs that is permitted
 * @param deterministic whether the result may not depend on how work is split
 */
public record Attributes(
    List<PostOp> postOps,
    Map<Integer, Integer> scaleMasks,
    Map<Integer, Integer> zeroPointMasks,
    FpMath fpMath,
    boolean deterministic) {
  /** No post-ops, no scales, strict arithmetic. */
  public static final Attributes NONE =
      new Attributes(List.of(), Map.of(), Map.of(), FpMath.STRICT, false);

  /** Copies the collections. */
  public Attributes {
    postOps = List.copyOf(postOps);
    scaleMasks = Map.copyOf(scaleMasks);
    zeroPointMasks = Map.copyOf(zeroPointMasks);
  }

  /** Adds one more post-op after those there are. */
  public Attributes then(PostOp postOp) {
    List<PostOp> more = new ArrayList<>(postOps);
    more.add(postOp);
    return new Attributes(more, scaleMasks, zeroPointMasks, fpMath, deterministic);
  }

  /** Adds an activation without parameters. */
  public Attributes then(Activation activation) {
    return then(new PostOp.Eltwise(activation, 0, 0));
  }

  /** Gives {@code arg} scales, passed as {@link Arg#scales}. */
  public Attributes scales(int arg, int mask) {
    return new Attributes(
        postOps, put(scaleMasks, arg, mask), zeroPointMasks, fpMath, deterministic);
  }

  /** Gives {@code arg} zero points, passed as {@link Arg#zeroPoints}. */
  public Attributes zeroPoints(int arg, int mask) {
    return new Attributes(
        postOps, scaleMasks, put(zeroPointMasks, arg, mask), fpMath, deterministic);
  }

  /** Permits rounding of inputs. */
  public Attributes fpMath(FpMath mode) {
    return new Attributes(postOps, scaleMasks, zeroPointMasks, mode, deterministic);
  }

  /** Asks for results that do not depend on how work is split. */
  public Attributes deterministicResults() {
    return new Attributes(postOps, scaleMasks, zeroPointMasks, fpMath, true);
  }

  private static Map<Integer, Integer> put(Map<Integer, Integer> map, int arg, int mask) {
    Map<Integer, Integer> more = new TreeMap<>(map);
    more.put(arg, mask);
    return more;
  }
}
