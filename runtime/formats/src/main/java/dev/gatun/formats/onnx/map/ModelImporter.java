package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.core.tensor.UnsupportedOpException;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Problem;
import dev.gatun.formats.onnx.proto.GraphProto;
import dev.gatun.formats.onnx.proto.ModelProto;
import dev.gatun.formats.onnx.proto.TensorDecoder;
import dev.gatun.formats.onnx.proto.TensorProto;
import dev.gatun.formats.onnx.proto.ValueProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Imports a whole model, collecting all of its problems. */
public final class ModelImporter {
  // Version of the default domain up to which the rules were checked; a later one may change
  // meanings.
  private static final long NEWEST_OPSET = 28;
  // Up to here every initializer had to be listed as an input as well, so that says nothing.
  private static final long LAST_IR_WITH_LISTED_INITIALIZERS = 3;

  /**
   * What came out.
   *
   * @param graph empty when there are problems
   * @param defaults values of inputs that need not be given
   * @param problems what is wrong or not supported
   */
  public record Result(
      Optional<Graph> graph, Map<String, Tensor> defaults, List<Problem> problems) {}

  /**
   * Imports a model.
   *
   * @param inspecting whether only the problems are wanted; there is no graph then
   */
  public static Result run(
      ModelProto model, TensorDecoder decoder, LoadOptions options, boolean inspecting) {
    ImportContext context = new ImportContext(model, decoder, options, inspecting);
    GraphProto graph =
        model
            .graph()
            .orElseThrow(
                () ->
                    new FormatException(
                        model.file()
                            + ": no graph in it; this is not an ONNX model or an empty one"));
    long opset = model.opsets().getOrDefault("", 1L);
    if (opset < 1 || opset > NEWEST_OPSET) {
      context.unsupported("model", "opset " + opset + " is not between 1 and " + NEWEST_OPSET);
    }
    GraphImporter importer = new GraphImporter(context, graph.name());
    Scope scope = Scope.root(model.opsets(), Map.of());
    Map<String, Tensor> defaults = inputs(model, graph, importer, scope);
    importer.initializers(graph, scope, defaults.keySet());
    importer.nodes(graph.nodes(), scope);
    outputs(graph, importer, scope);
    List<Problem> problems = context.problems();
    return new Result(
        problems.isEmpty() && !inspecting
            ? Optional.of(importer.builder().build())
            : Optional.empty(),
        defaults,
        problems);
  }

  private static Map<String, Tensor> inputs(
      ModelProto model, GraphProto graph, GraphImporter importer, Scope scope) {
    ImportContext context = importer.context();
    Map<String, TensorProto> initializers = new HashMap<>();
    for (TensorProto tensor : graph.initializers()) {
      initializers.put(tensor.name(), tensor);
    }
    Set<String> sparse = new HashSet<>();
    graph.sparseInitializers().forEach(tensor -> sparse.add(tensor.name()));
    boolean constants =
        context.options().freezeDefaults() || model.irVersion() <= LAST_IR_WITH_LISTED_INITIALIZERS;
    Map<String, Tensor> defaults = new LinkedHashMap<>();
    for (ValueProto input : graph.inputs()) {
      String name = input.name();
      TensorProto initializer = initializers.get(name);
      if (initializer != null && constants || sparse.contains(name)) {
        continue;
      }
      String where = "input '" + name + "'";
      try {
        if (name.isEmpty()) {
          throw new GatunException("an input has no name");
        }
        if (initializer != null) {
          defaults.put(name, importer.decode(initializer));
        }
        Type type =
            GraphImporter.type(
                input.type().orElseThrow(() -> new GatunException("its type is not given")));
        if (!scope.define(name, importer.builder().input(name, type))) {
          context.invalid(where, "there are two inputs of that name");
        }
      } catch (UnsupportedOpException e) {
        scope.defineBroken(name);
        context.unsupported(where, String.valueOf(e.getMessage()));
      } catch (GatunException e) {
        scope.defineBroken(name);
        context.invalid(where, String.valueOf(e.getMessage()));
      }
    }
    return defaults;
  }

  private static void outputs(GraphProto graph, GraphImporter importer, Scope scope) {
    Set<String> seen = new HashSet<>();
    for (ValueProto output : graph.outputs()) {
      String name = output.name();
      String where = "output '" + name + "'";
      if (scope.isBroken(name)) {
        continue;
      }
      Value value = scope.find(name);
      if (value == null || value.isAbsent()) {
        importer.context().invalid(where, "is not defined by any node or input");
        continue;
      }
      if (!seen.add(name)) {
        importer.context().invalid(where, "is listed twice");
        continue;
      }
      DType declared =
          GraphImporter.declared(output) instanceof Type.OfTensor tensor ? tensor.dtype() : null;
      if (declared != null
          && value.type() instanceof Type.OfTensor tensor
          && tensor.dtype() != declared) {
        importer
            .context()
            .invalid(where, "is declared as " + declared + " but its value is " + value.type());
        continue;
      }
      importer.builder().output(name, value);
    }
    if (graph.outputs().isEmpty()) {
      importer.context().invalid("graph", "has no outputs");
    }
  }

  private ModelImporter() {}
}
