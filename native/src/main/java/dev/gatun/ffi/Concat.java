package dev.gatun.ffi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** dst = sources one after the other along an axis. Arguments: Arg.source(i), DST. */
public final class Concat extends PrimitiveBuilder<Concat> {
  private final int axis;
  private List<MemoryDesc> sources = List.of();
  private @Nullable MemoryDesc dst;

  private Concat(OneDnn dnnl, int axis) {
    super(dnnl);
    this.axis = axis;
  }

  /** Starts a concatenation along dimension {@code axis}. */
  public static Concat of(OneDnn dnnl, int axis) {
    return new Concat(dnnl, axis);
  }

  /** What is joined, in order. */
  public Concat sources(List<MemoryDesc> descs) {
    sources = List.copyOf(descs);
    return this;
  }

  /** Destination. */
  public Concat dst(MemoryDesc desc) {
    dst = desc;
    return this;
  }

  /** Builds the primitive. */
  public PrimitiveResult build() {
    MemoryDesc to = required(dst, "concat", "dst");
    if (sources.isEmpty()) {
      throw new IllegalStateException("concat needs sources(...)");
    }
    return build(
        "concat along axis " + axis + " of " + sources + " to dst " + to,
        (s, out, attr) -> {
          long[] handles = sources.stream().mapToLong(s::desc).toArray();
          return (int)
              dnnl()
                  .function("dnnl_concat_primitive_desc_create", "ipppiipp")
                  .invokeExact(
                      out,
                      dnnl().engine(),
                      s.desc(to),
                      sources.size(),
                      axis,
                      s.pointers(handles),
                      attr);
        },
        sources.size(),
        arg -> true);
  }

  @Override
  Concat self() {
    return this;
  }
}
