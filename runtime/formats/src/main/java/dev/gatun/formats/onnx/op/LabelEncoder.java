package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * labelEncoder(x){keys, values, fallback}: replaces each element that is keys[i] by values[i], any
 * other by the one element of fallback. NaN is a key like any other.
 */
final class LabelEncoder {
  static final OpDef OP =
      OpDef.named("labelEncoder")
          .attr("keys")
          .attr("values")
          .attr("fallback")
          .types(
              in -> {
                Tensor keys = in.attrs().tensor("keys");
                Tensor values = in.attrs().tensor("values");
                Tensor fallback = in.attrs().tensor("fallback");
                if (keys.elements() != values.elements()
                    || fallback.dtype() != values.dtype()
                    || fallback.elements() != 1) {
                  throw in.error(
                      "keys %s, values %s and fallback %s do not fit",
                      keys.type(), values.type(), fallback.type());
                }
                if ((in.dtype(0) == DType.STRING) != (keys.dtype() == DType.STRING)) {
                  throw in.error("keys are %s", keys.dtype());
                }
                return List.of(Type.tensor(values.dtype(), in.shape(0)));
              })
          .reference(LabelEncoder::run)
          .define();

  private static List<Tensor> run(Evaluation in) {
    Tensor x = in.tensor(0);
    Tensor keys = in.attrs().tensor("keys");
    Tensor values = in.attrs().tensor("values");
    Map<Object, Long> places = new HashMap<>();
    for (long i = 0; i < keys.elements(); i++) {
      places.putIfAbsent(key(keys, i, x.dtype()), i);
    }
    TensorBuilder out = new TensorBuilder(values.dtype(), x.shape());
    for (long i = 0; i < x.elements(); i++) {
      Long place = places.get(key(x, i, x.dtype()));
      if (place == null) {
        out.copy(i, in.attrs().tensor("fallback"), 0);
      } else {
        out.copy(i, values, place);
      }
    }
    return List.of(out.build());
  }

  // Doubles as objects: equal NaNs are equal, and -0.0 is made 0.0.
  private static Object key(Tensor x, long i, DType like) {
    return x.dtype() == DType.STRING
        ? x.getString(i)
        : like.isFloat() ? (Object) (x.getDouble(i) + 0.0) : (Object) x.getLong(i);
  }

  private LabelEncoder() {}
}
