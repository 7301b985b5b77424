package dev.gatun.core.plan;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.kernels.NarrowWeights;
import dev.gatun.kernels.PackedWeightsF32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A constant matrix of fewer than 32 bits as kernels want it: zero points that differ become part
 * of the offsets, scales of one group or one column become numbers with distances.
 */
final class NarrowOperand {
  private final Tensor weight;
  private final boolean turned;
  private final NarrowWeights form;
  private final float[] scales;
  private final float @Nullable [] offsets;
  private final long columnStep;
  private final long groupStep;
  private final List<NarrowPanels.Same> beside;

  private NarrowOperand(
      Tensor weight,
      boolean turned,
      NarrowWeights form,
      float[] scales,
      float @Nullable [] offsets,
      long columnStep,
      long groupStep,
      List<NarrowPanels.Same> beside) {
    this.weight = weight;
    this.turned = turned;
    this.form = form;
    this.scales = scales;
    this.offsets = offsets;
    this.columnStep = columnStep;
    this.groupStep = groupStep;
    this.beside = beside;
  }

  /**
   * Whether there are kernels for such weights.
   *
   * @param scale its type, if there is one
   * @param along the axis of the scales
   * @param block how many weights along K share a scale, 0 if a column does
   */
  static boolean accepts(Type weight, Optional<Type> scale, boolean turned, int along, long block) {
    if (weight.shape().elements() == 0) {
      return false;
    }
    if (weight.dtype() == DType.BF16) {
      return scale.isEmpty();
    }
    Optional<NarrowWeights.Kind> kind = kind(weight.dtype());
    if (kind.isEmpty() || scale.isEmpty()) {
      return false;
    }
    if (scale.get().shape().elements() == 1 && scale.get().shape().rank() <= 1) {
      return true;
    }
    boolean terms = along == (turned ? 1 : 0);
    return block == 0 ? !terms : terms && block % kind.get().perWord() == 0;
  }

  /** What decides whether there is a kernel. */
  record Type(DType dtype, Shape shape) {}

  private static Optional<NarrowWeights.Kind> kind(DType dtype) {
    return switch (dtype) {
      case I8, U8 -> Optional.of(NarrowWeights.Kind.I8);
      case I4, U4 -> Optional.of(NarrowWeights.Kind.I4);
      default -> Optional.empty();
    };
  }

  /**
   * Of constants that {@link #accepts} takes.
   *
   * @param turned whether the weight is [N, K]
   */
  static NarrowOperand of(
      Tensor weight,
      @Nullable Tensor scale,
      @Nullable Tensor zero,
      @Nullable Tensor offset,
      boolean turned,
      long block) {
    int n = Math.toIntExact(weight.shape().size(turned ? 0 : 1));
    int k = Math.toIntExact(weight.shape().size(turned ? 1 : 0));
    if (scale == null) {
      return new NarrowOperand(
          weight, turned, NarrowWeights.bf16(n, k), new float[0], null, 0, 0, List.of());
    }
    NarrowWeights.Kind kind = kind(weight.dtype()).orElseThrow();
    boolean one = scale.elements() == 1;
    boolean blocked = !one && block > 0;
    int group =
        (int) Math.min(blocked ? block : Long.MAX_VALUE, NarrowWeights.wholeColumn(kind, k));
    long groups = blocked ? Math.ceilDiv(k, block) : 1;
    // Groups of a column lie as the weights do.
    long columnStep = one ? 0 : blocked && turned ? groups : 1;
    long groupStep = !blocked ? 0 : turned ? 1 : n;
    float[] scales = scale.toFloats();
    boolean halves = scale.dtype() == DType.F16 && areFinite(scales);
    int stored = stored(weight.dtype());
    long[] zeros = zero == null ? new long[] {0} : zero.toLongs();
    boolean uniform = true;
    for (long z : zeros) {
      uniform &= z == zeros[0];
    }
    float[] offsets = offset == null ? null : offset.toFloats();
    int zeroPoint = uniform ? Math.toIntExact(zeros[0]) + stored : stored;
    if (!uniform) {
      // Zero points that differ go into the offsets.
      float[] moved = new float[scales.length];
      for (int i = 0; i < moved.length; i++) {
        moved[i] = (offsets == null ? 0 : offsets[i]) - (float) zeros[i] * scales[i];
      }
      offsets = moved;
    }
    List<NarrowPanels.Same> beside = new ArrayList<>();
    beside.add(new NarrowPanels.Same(scale));
    if (zero != null) {
      beside.add(new NarrowPanels.Same(zero));
    }
    if (offset != null) {
      beside.add(new NarrowPanels.Same(offset));
    }
    NarrowWeights form = new NarrowWeights(kind, n, k, group, halves, offsets != null, zeroPoint);
    return new NarrowOperand(
        weight, turned, form, scales, offsets, columnStep, groupStep, List.copyOf(beside));
  }

  /** What is added to each integer when it is packed: bytes are signed there, int4 are not. */
  private static int stored(DType dtype) {
    return switch (dtype) {
      case U8 -> -128;
      case I4 -> 8;
      default -> 0;
    };
  }

  private static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  NarrowWeights form() {
    return form;
  }

  /** Address of the packed matrix. */
  long packed(Weights weights) {
    return weights.packed(
        weight,
        new NarrowPanels(form, turned, beside),
        form.bytes(),
        to -> Weights.withAddress(weight, from -> pack(from, to)));
  }

  private void pack(long from, long to) {
    long bytes = weight.dtype().bytes();
    long term = turned ? bytes : form.n() * bytes;
    long column = turned ? form.k() * bytes : bytes;
    int flip = stored(weight.dtype()) & 0xff;
    form.pack(from, term, column, flip, to, 0, PackedWeightsF32.panels(form.n()));
    if (form.kind() == NarrowWeights.Kind.BF16) {
      return;
    }
    form.packScales(scales, columnStep, groupStep, to);
    if (offsets != null) {
      form.packOffsets(offsets, columnStep, groupStep, to);
    }
  }
}
