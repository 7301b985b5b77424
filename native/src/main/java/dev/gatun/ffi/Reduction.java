package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/** dst = reduction of src along the dimensions where dst has size 1. Arguments: SRC, DST. */
public final class Reduction extends PrimitiveBuilder<Reduction> {
  /** How the elements are joined. */
  public enum Kind {
    /** Largest. */
    MAX(0x2fff2),
    /** Smallest. */
    MIN(0x2fff3),
    /** Sum. */
    SUM(0x2fff4),
    /** Product. */
    MUL(0x2fff5),
    /** Mean. */
    MEAN(0x2fff6),
    /** pow(max(sum of pow(|x|, p), eps), 1/p). */
    NORM_MAX(0x2fff7),
    /** pow(sum of pow(|x|, p) + eps, 1/p). */
    NORM_SUM(0x2fff8),
    /** max(sum of pow(|x|, p), eps). */
    POWER_MAX(0x2fff9),
    /** sum of pow(|x|, p) + eps. */
    POWER_SUM(0x2fffa);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private final Kind kind;
  private float power;
  private float epsilon;
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;

  private Reduction(OneDnn dnnl, Kind kind) {
    super(dnnl);
    this.kind = kind;
  }

  /** Starts a reduction. */
  public static Reduction of(OneDnn dnnl, Kind kind) {
    return new Reduction(dnnl, kind);
  }

  /** Exponent (1 or more) and epsilon of the norms. */
  public Reduction norm(float p, float eps) {
    power = p;
    epsilon = eps;
    return this;
  }

  /** Source. */
  public Reduction src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Destination: the rank of the source, size 1 along reduced dimensions. */
  public Reduction dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Builds the primitive. */
  public PrimitiveResult build() {
    MemoryDesc from = required(src, "reduction", "src");
    MemoryDesc to = required(dst, "reduction", "dst");
    return build(
        "reduction " + kind + " of src " + from + " to dst " + to,
        (s, out, attr) ->
            (int)
                dnnl()
                    .function("dnnl_reduction_primitive_desc_create", "ippippffp")
                    .invokeExact(
                        out,
                        dnnl().engine(),
                        kind.code,
                        s.desc(from),
                        s.desc(to),
                        power,
                        epsilon,
                        attr));
  }

  @Override
  Reduction self() {
    return this;
  }
}
