package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** zipMap(x [N, C] or [C]){keys}: each row as a map from key to number. */
final class ZipMap {
  static final OpDef OP =
      OpDef.named("zipMap")
          .attr("keys")
          .types(
              in -> {
                Tensor keys = in.attrs().tensor("keys");
                if (in.shape(0).isRanked()) {
                  int rank = in.shape(0).rank();
                  long columns = rank == 0 ? 1 : in.shape(0).size(-1);
                  if (rank > 2 || columns >= 0 && columns != keys.elements()) {
                    throw in.error("needs rows of %d numbers, one a key", keys.elements());
                  }
                }
                return List.of(new Type.OfSequence(element(keys.dtype())));
              })
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                Tensor keys = in.attrs().tensor("keys");
                int columns = (int) keys.elements();
                long rows = columns == 0 ? 0 : x.elements() / columns;
                List<Datum> maps = new ArrayList<>();
                for (long row = 0; row < rows; row++) {
                  Map<Object, Datum> entries = new LinkedHashMap<>();
                  for (int i = 0; i < columns; i++) {
                    entries.put(
                        keys.dtype() == DType.STRING ? keys.getString(i) : (Object) keys.getLong(i),
                        Tensor.of(new float[] {x.getFloat(row * columns + i)}));
                  }
                  maps.add(new Datum.Mapping(keys.dtype(), Type.tensor(DType.F32), entries));
                }
                return List.of(new Datum.Sequence(element(keys.dtype()), maps));
              })
          .define();

  private static Type element(DType key) {
    return new Type.OfMap(key, Type.tensor(DType.F32));
  }

  private ZipMap() {}
}
