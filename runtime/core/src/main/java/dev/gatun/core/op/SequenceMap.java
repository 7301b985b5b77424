package dev.gatun.core.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.graph.Operands;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * sequenceMap(sequence, more..., captures...) = for each output of the body the sequence of its
 * values over the elements.
 *
 * <p>The first {@code sequences} sequences among the inputs go through element by element, in step;
 * tensors and what follows are given whole to each run of the body.
 */
public final class SequenceMap {
  public static final OpDef OP =
      OpDef.named("sequenceMap")
          .inputs(1, Integer.MAX_VALUE)
          .attr("body")
          .attr("sequences", 1)
          .types(SequenceMap::types)
          .reference(SequenceMap::run)
          .define();

  private static List<Type> types(Operands in) {
    Sequences.element(in, 0);
    List<Type> inputs = new ArrayList<>();
    long left = in.attrs().integer("sequences");
    for (Type type : Subgraphs.inputTypes(in, 0, in.count())) {
      boolean mapped = left > 0 && type instanceof Type.OfSequence;
      inputs.add(mapped ? ((Type.OfSequence) type).element() : type);
      left -= mapped ? 1 : 0;
    }
    in.require(left == 0, "%d inputs should be sequences", in.attrs().integer("sequences"));
    List<Type> types = new ArrayList<>();
    for (Type type : Subgraphs.outputs(in, in.attrs().graph("body"), inputs)) {
      types.add(new Type.OfSequence(type));
    }
    return types;
  }

  private static List<Datum> run(Evaluation in) {
    Graph body = in.attrs().graph("body");
    int length = Sequences.sequence(in, 0).items().size();
    List<Datum> args = Subgraphs.inputs(in, 0, in.count());
    boolean[] mapped = new boolean[args.size()];
    long left = in.attrs().integer("sequences");
    for (int i = 0; i < mapped.length; i++) {
      if (left > 0 && args.get(i) instanceof Datum.Sequence sequence) {
        mapped[i] = true;
        left--;
        if (sequence.items().size() != length) {
          throw in.error(
              "input %d has %d elements, the first %d", i, sequence.items().size(), length);
        }
      }
    }
    List<List<Datum>> outputs = new ArrayList<>();
    for (int i = 0; i < body.outputs().size(); i++) {
      outputs.add(new ArrayList<>());
    }
    for (int k = 0; k < length; k++) {
      Subgraphs.checkInterrupt(in);
      for (int i = 0; i < mapped.length; i++) {
        if (mapped[i]) {
          args.set(i, Sequences.sequence(in, i).items().get(k));
        }
      }
      List<Datum> results = in.run(body, args);
      for (int i = 0; i < outputs.size(); i++) {
        outputs.get(i).add(results.get(i));
      }
    }
    List<Datum> sequences = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      sequences.add(new Datum.Sequence(body.outputs().get(i).type(), outputs.get(i)));
    }
    return sequences;
  }

  private SequenceMap() {}
}
