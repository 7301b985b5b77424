package dev.gatun.formats.onnx;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Gather;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.onnx.proto.DatumProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Values to run a model on when nobody gives any: stored beside it, or made up reproducibly. */
public final class SampleInputs {
  // What hands on the values of an input to the table they are looked up in.
  private static final Set<String> HANDS_ON =
      Set.of("cast", "identity", "reshape", "squeeze", "unsqueeze", "flatten", "expand", "slice");

  private final Graph graph;
  private final Map<String, Long> sizes;

  /**
   * Values for the inputs of a graph.
   *
   * @param sizes of open axes, by "input.axis"; 1 where nothing is given
   */
  public SampleInputs(Graph graph, Map<String, Long> sizes) {
    this.graph = graph;
    this.sizes = Map.copyOf(sizes);
  }

  /**
   * The inputs of test_data_set_0 beside a model, as the ONNX model zoo has them; nothing when one
   * of them is missing.
   *
   * @param optional names of inputs that have defaults
   */
  public Map<String, Datum> beside(Path model, Set<String> optional) {
    Map<String, Datum> values = new LinkedHashMap<>();
    Path folder = model.resolveSibling("test_data_set_0");
    int file = 0;
    for (Value input : graph.inputs()) {
      Path path = folder.resolve("input_" + file + ".pb");
      if (Files.exists(path)) {
        values.put(input.name(), DatumProto.read(FileBytes.open(path), input.type()));
        file++;
      } else if (!optional.contains(input.name())) {
        return Map.of();
      }
    }
    return values;
  }

  /**
   * Reproducible values: floats in [-1, 1), true, integers that are valid positions in the tables
   * they are looked up in, 0 and 1 in turn where there is none.
   */
  public Datum generated(Value input) {
    if (!(input.type() instanceof Type.OfTensor(DType dtype, Shape shape))) {
      throw new GatunException(
          "input '" + input.name() + "' is a " + input.type() + "; give a file for it");
    }
    long[] fixed = shape.isRanked() ? shape.sizes() : new long[0];
    for (int i = 0; i < fixed.length; i++) {
      if (fixed[i] < 0) {
        fixed[i] = sizes.getOrDefault(input.name() + "." + i, 1L);
      }
    }
    TensorBuilder b = new TensorBuilder(dtype, Shape.of(fixed));
    long count = b.shape().elements();
    long entries = dtype.isFloat() || dtype == DType.STRING ? 0 : tableEntries(input);
    long state = input.name().hashCode();
    for (long i = 0; i < count; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      if (dtype == DType.STRING) {
        b.set(i, "");
      } else if (dtype == DType.BOOL) {
        b.set(i, true);
      } else if (dtype.isFloat()) {
        b.set(i, (state >> 40) * 0x1p-23);
      } else {
        b.set(i, entries == 0 ? i & 1 : (state >>> 33) % entries);
      }
    }
    return b.build();
  }

  /** Size of the smallest table that the values of an input index; 0 when there is none. */
  private long tableEntries(Value input) {
    long least = 0;
    Deque<Value> open = new ArrayDeque<>();
    open.add(input);
    while (!open.isEmpty()) {
      Value value = open.remove();
      for (Node node : graph.nodes()) {
        if (node.op() == Gather.OP && node.input(1) == value) {
          long entries = axisSize(node);
          least = entries > 0 && (least == 0 || entries < least) ? entries : least;
        } else if (HANDS_ON.contains(node.op().name()) && node.input(0) == value) {
          open.add(node.output());
        }
      }
    }
    return least;
  }

  private static long axisSize(Node gather) {
    Shape table = gather.input(0).tensorType().shape();
    long axis = gather.attrs().integer("axis");
    return table.isRanked() ? table.size((int) (axis < 0 ? axis + table.rank() : axis)) : 0;
  }
}
