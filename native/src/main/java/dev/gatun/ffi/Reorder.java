package dev.gatun.ffi;

import org.jspecify.annotations.Nullable;

/** dst = src in another layout or element type. Arguments: SRC, DST. */
public final class Reorder extends PrimitiveBuilder<Reorder> {
  private @Nullable MemoryDesc src;
  private @Nullable MemoryDesc dst;

  private Reorder(OneDnn dnnl) {
    super(dnnl);
  }

  /** Starts a reorder. */
  public static Reorder of(OneDnn dnnl) {
    return new Reorder(dnnl);
  }

  /** Layout and type to read. */
  public Reorder src(MemoryDesc desc) {
    src = desc;
    return this;
  }

  /** Layout and type to write; the same dims as the source. */
  public Reorder dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Builds the primitive. */
  public PrimitiveResult build() {
    MemoryDesc from = required(src, "reorder", "src");
    MemoryDesc to = required(dst, "reorder", "dst");
    return build(
        "reorder of " + from + " to " + to,
        (scope, out, attr) ->
            (int)
                dnnl()
                    .function("dnnl_reorder_primitive_desc_create", "ipppppp")
                    .invokeExact(
                        out,
                        scope.desc(from),
                        dnnl().engine(),
                        scope.desc(to),
                        dnnl().engine(),
                        attr));
  }

  @Override
  Reorder self() {
    return this;
  }
}
