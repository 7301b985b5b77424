package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.LongList;
import dev.gatun.formats.wire.WireReader;
import java.util.Optional;

/** A tensor of which only the elements that are not zero are stored. */
public record SparseTensorProto(
    Optional<TensorProto> values, Optional<TensorProto> indices, long[] dims) {

  static SparseTensorProto read(WireReader in) {
    Optional<TensorProto> values = Optional.empty();
    Optional<TensorProto> indices = Optional.empty();
    LongList dims = new LongList();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> values = Optional.of(TensorProto.read(in.message()));
        case 2 -> indices = Optional.of(TensorProto.read(in.message()));
        case 3 -> in.integers(dims);
        default -> in.skip();
      }
    }
    return new SparseTensorProto(values, indices, dims.toArray());
  }

  /** Name of the tensor: that of its values. */
  public String name() {
    return values.map(TensorProto::name).orElse("");
  }
}
