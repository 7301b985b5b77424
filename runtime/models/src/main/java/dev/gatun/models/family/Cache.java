package dev.gatun.models.family;

import dev.gatun.core.graph.Attrs;
import dev.gatun.core.op.TensorScatter;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.part.Masks;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys and values of the words so far, while the graph of a step is written: a step reads those of
 * the words before, and leaves those of the new ones beside them.
 *
 * <p>Rows may be of different lengths: each has its own number of words before, and what lies
 * behind the last word of a row is never read before it is written over. Layers ask for their keys
 * and values in their order.
 */
public final class Cache {
  /** Number of words before, for each row. */
  public static final String STARTS = "cache.starts";

  /** Which of the new words the result is wanted of, for each row. */
  public static final String LAST = "cache.last";

  private static final String NEXT = "next.";
  private final Map<String, Flow> inputs;
  private final Map<String, Flow> next = new LinkedHashMap<>();
  private final Flow starts;
  private int layer;
  private int memoryLayer;

  /** Of the inputs of a step's graph. */
  public Cache(Map<String, Flow> inputs) {
    this.inputs = inputs;
    starts = get(STARTS);
  }

  /** The inputs of a step that hold keys and values of the words so far. */
  public static List<Input> inputs(Decoding decoding) {
    List<Input> all = new ArrayList<>();
    Shape shape = Shape.of(decoding.keyHeads(), Shape.UNKNOWN, decoding.headWidth());
    for (int i = 0; i < decoding.layers(); i++) {
      all.add(new Input(past(i, "key"), DType.F32, shape));
      all.add(new Input(past(i, "value"), DType.F32, shape));
    }
    return all;
  }

  /** The inputs of a step that hold what an encoder made, keys and values of it mostly. */
  public static List<Input> memoryInputs(Decoding decoding) {
    if (decoding.inserted().isPresent()) {
      return List.of(decoding.inserted().get().memory());
    }
    List<Input> all = new ArrayList<>();
    Shape shape = Shape.of(decoding.keyHeads(), Shape.UNKNOWN, decoding.headWidth());
    for (int i = 0; decoding.encoder().isPresent() && i < decoding.layers(); i++) {
      all.add(new Input(memory(i, "key"), DType.F32, shape));
      all.add(new Input(memory(i, "value"), DType.F32, shape));
    }
    return all;
  }

  private static String past(int layer, String what) {
    return "past." + layer + "." + what;
  }

  /** What an encoder calls keys or values for a layer. */
  public static String memory(int layer, String what) {
    return "memory." + layer + "." + what;
  }

  /** What a step calls the next value of a state. */
  public static String next(String state) {
    return NEXT + state;
  }

  private Flow get(String name) {
    Flow flow = inputs.get(name);
    if (flow == null) {
      throw new GatunException("a step needs '" + name + "', given are " + inputs.keySet());
    }
    return flow;
  }

  /** Numbers of the new words [B, T], counted in each row from its first word. */
  public Flow positions(Flow ids) {
    return starts.unsqueeze(1).add(Masks.positions(ids, 1).unsqueeze(0));
  }

  /** Numbers of all places for keys [C]. */
  public Flow keyPositions() {
    return Masks.positions(get(past(0, "key")), 2);
  }

  /** The words each row has [B] with the new ones, padding behind them included. */
  public Flow lengths(Flow ids) {
    return starts.add(count(ids));
  }

  private static Flow count(Flow ids) {
    return ids.sizes().slice(0, 1, 2).squeeze(0);
  }

  /**
   * Keys and values of all words [B, G, C, D] for the next layer.
   *
   * @param k of the new words [B, G, T, D]
   * @param v likewise
   */
  public List<Flow> extended(Flow k, Flow v) {
    int at = layer++;
    return List.of(extended(past(at, "key"), k), extended(past(at, "value"), v));
  }

  private Flow extended(String name, Flow update) {
    // Clipped: padding behind the last word of a row may go beyond the end.
    Flow whole =
        get(name).op(TensorScatter.OP, Attrs.of("axis", 2, "mode", "clipped"), update, starts);
    next.put(next(name), whole);
    return whole;
  }

  /** Keys and values of what the encoder made [B, H, S, D] for the next layer. */
  public List<Flow> memory() {
    int at = memoryLayer++;
    return List.of(get(memory(at, "key")), get(memory(at, "value")));
  }

  /** Of each row the one word that is wanted: [B, T, W] to [B, 1, W]. */
  public Flow wanted(Flow states) {
    // Not by an index: kernels that follow indices may fail, and then nothing could be in place.
    Flow chosen = Masks.positions(states, 1).unsqueeze(0).equal(get(LAST).unsqueeze(1));
    return states.where(chosen.unsqueeze(2), states.number(0)).sumKept(1);
  }

  /** Results that are the next values of states. */
  public Map<String, Flow> next() {
    return next;
  }
}
