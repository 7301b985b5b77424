package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;

/**
 * dictVectorizer(map){keys}: the values of the keys in order, zero or empty where there is none.
 */
final class DictVectorizer {
  static final OpDef OP =
      OpDef.named("dictVectorizer")
          .attr("keys")
          .types(
              in -> {
                if (in.type(0) instanceof Type.OfMap(DType key, Type value)
                    && value instanceof Type.OfTensor tensor
                    && key == in.attrs().tensor("keys").dtype()) {
                  return List.of(
                      Type.tensor(tensor.dtype(), 1, in.attrs().tensor("keys").elements()));
                }
                throw in.error("needs a map with keys of %s", in.attrs().tensor("keys").dtype());
              })
          .reference(DictVectorizer::run)
          .define();

  private static List<Tensor> run(Evaluation in) {
    if (!(in.datum(0) instanceof Datum.Mapping map)
        || !(map.value() instanceof Type.OfTensor type)) {
      throw in.error("needs a map, got %s", in.datum(0).type());
    }
    Tensor keys = in.attrs().tensor("keys");
    TensorBuilder out =
        new TensorBuilder(type.dtype(), dev.gatun.core.tensor.Shape.of(1, keys.elements()));
    for (long i = 0; i < keys.elements(); i++) {
      Object key = keys.dtype() == DType.STRING ? keys.getString(i) : (Object) keys.getLong(i);
      if (map.entries().get(key) instanceof Tensor value) {
        out.copy(i, value, 0);
      }
    }
    return List.of(out.build());
  }

  private DictVectorizer() {}
}
