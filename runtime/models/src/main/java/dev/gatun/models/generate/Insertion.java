package dev.gatun.models.generate;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Decoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Vectors among the first words of rows, such as those of pictures. */
record Insertion(Decoding.Inserted what) {
  String name() {
    return what.memory().name();
  }

  /**
   * The vectors of each row [rows, vectors, width]; one of zeros where there is nothing to insert.
   */
  Tensor vectors(Session encoder, Map<String, Tensor> inputs, int rows) {
    long width = what.memory().shape().size(-1);
    Tensor given = inputs.get(what.input());
    if (given == null) {
      return Tensor.of(new float[Math.toIntExact(rows * width)], rows, 1, width);
    }
    Tensor made;
    try (Outputs outputs = encoder.run(Map.of(what.input(), given))) {
      made = Tensor.of(outputs.get(name()).toFloats(), outputs.get(name()).shape().sizes());
    }
    long count = made.shape().size(0);
    if (count > rows && count % rows == 0) {
      // Several to a row: the first ones are the first row's.
      return made.reshape(Shape.of(rows, count / rows * made.shape().size(1), width));
    }
    return Decoder.repeated(made, rows);
  }

  /** The words with numbers of vectors in place of the ids that stand for them. */
  List<long[]> numbered(List<long[]> words, Map<String, Tensor> inputs, Tensor vectors) {
    long count = inputs.containsKey(what.input()) ? vectors.shape().size(1) : 0;
    List<long[]> all = new ArrayList<>();
    for (long[] row : words) {
      long[] ids = row.clone();
      long next = 0;
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] == what.token()) {
          ids[i] = what.vocabulary() + next++;
        }
      }
      if (next != count) {
        throw new GatunException(
            "generation: a row has the word %d %d times, but '%s' makes %d vectors to insert there"
                .formatted(what.token(), next, what.input(), count));
      }
      all.add(ids);
    }
    return all;
  }
}
