package dev.gatun.formats.onnx;

import dev.gatun.core.exec.Model;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.FileBytes;
import dev.gatun.formats.FormatException;
import dev.gatun.formats.onnx.map.ModelImporter;
import dev.gatun.formats.onnx.proto.AttributeProto;
import dev.gatun.formats.onnx.proto.ExternalData;
import dev.gatun.formats.onnx.proto.FunctionProto;
import dev.gatun.formats.onnx.proto.GraphProto;
import dev.gatun.formats.onnx.proto.ModelProto;
import dev.gatun.formats.onnx.proto.NodeProto;
import dev.gatun.formats.onnx.proto.TensorDecoder;
import dev.gatun.formats.onnx.proto.TensorProto;
import dev.gatun.formats.onnx.proto.TypeProto;
import dev.gatun.formats.onnx.proto.ValueProto;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Loads ONNX models. Weights stay in the mapped file; nothing in the file is trusted. */
public final class Onnx {
  /** Loads a model; an {@link OnnxException} lists all of its problems. */
  public static Model load(Path path) {
    return load(path, LoadOptions.defaults());
  }

  /** Loads a model with options. */
  public static Model load(Path path, LoadOptions options) {
    return open(path, options).model();
  }

  /** Loads a model together with what its file says about itself. */
  public static OnnxModel open(Path path, LoadOptions options) {
    ModelProto model = parse(path, options);
    ModelImporter.Result result = run(model, path, options, false);
    if (result.graph().isEmpty()) {
      throw new OnnxException(model.file(), result.problems());
    }
    OnnxInfo info = info(model, result.problems());
    return new OnnxModel(new Model(result.graph().get(), result.defaults(), metadata(info)), info);
  }

  private static Map<String, String> metadata(OnnxInfo info) {
    Map<String, String> metadata = new TreeMap<>(info.metadata());
    metadata.put("onnx.file", info.file());
    metadata.put("onnx.ir_version", Long.toString(info.irVersion()));
    metadata.put("onnx.producer", info.producer());
    metadata.put("onnx.doc", info.doc());
    for (Map.Entry<String, Long> opset : info.opsets().entrySet()) {
      String domain = opset.getKey().isEmpty() ? "ai.onnx" : opset.getKey();
      metadata.put("onnx.opset." + domain, opset.getValue().toString());
    }
    return metadata;
  }

  /** Reads what a file says about itself, and lists what is wrong with it or not supported. */
  public static OnnxInfo read(Path path) {
    LoadOptions options = LoadOptions.defaults();
    ModelProto model = parse(path, options);
    return info(model, run(model, path, options, true).problems());
  }

  private static ModelProto parse(Path path, LoadOptions options) {
    FileBytes file = FileBytes.open(path, options.arena());
    if (file.data().byteSize() == 0) {
      throw new FormatException(path + ": the file is empty");
    }
    return ModelProto.read(file);
  }

  private static ModelImporter.Result run(
      ModelProto model, Path path, LoadOptions options, boolean inspecting) {
    Path directory = path.toAbsolutePath().getParent();
    Optional<ExternalData> external =
        Optional.ofNullable(directory).map(d -> new ExternalData(d, options.arena()));
    return ModelImporter.run(model, new TensorDecoder(external), options, inspecting);
  }

  private static OnnxInfo info(ModelProto model, List<Problem> problems) {
    Map<String, Integer> operators = new TreeMap<>();
    GraphProto graph = model.graph().orElseThrow();
    count(graph.nodes(), operators);
    for (FunctionProto function : model.functions()) {
      count(function.nodes(), operators);
    }
    long parameters = 0;
    for (TensorProto tensor : graph.initializers()) {
      long elements = 1;
      for (long dim : tensor.dims()) {
        elements *= dim;
      }
      parameters += elements;
    }
    return new OnnxInfo(
        model.file(),
        model.irVersion(),
        model.opsets(),
        (model.producerName() + " " + model.producerVersion()).strip(),
        model.domain(),
        model.modelVersion(),
        model.doc(),
        model.metadata(),
        types(graph.inputs()),
        types(graph.outputs()),
        operators,
        parameters,
        problems);
  }

  private static Map<String, Type> types(List<ValueProto> values) {
    Map<String, Type> types = new LinkedHashMap<>();
    for (ValueProto value : values) {
      Type type = value.type().map(TypeProto::type).orElse(null);
      if (type != null) {
        types.put(value.name(), type);
      }
    }
    return types;
  }

  private static void count(List<NodeProto> nodes, Map<String, Integer> operators) {
    for (NodeProto node : nodes) {
      operators.merge(node.qualifiedOp(), 1, Integer::sum);
      for (AttributeProto attribute : node.attributes()) {
        if (attribute.value() instanceof GraphProto graph) {
          count(graph.nodes(), operators);
        }
      }
    }
  }

  private Onnx() {}
}
