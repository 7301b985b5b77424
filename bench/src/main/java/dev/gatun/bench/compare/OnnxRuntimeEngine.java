package dev.gatun.bench.compare;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.gatun.bench.duel.Engine;
import dev.gatun.bench.measure.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime as its documentation advises: all optimizations, one pool of threads that spin for
 * work, operators one after the other.
 */
final class OnnxRuntimeEngine implements Engine {
  private final int threads;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
  private @Nullable OrtSession session;
  private OrtSession.@Nullable Result outputs;

  OnnxRuntimeEngine(int threads) {
    this.threads = threads;
  }

  @Override
  public void load(String model, List<Sample> samples) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(model, options);
    }
    for (Sample sample : samples) {
      inputs.put(
          sample.name(),
          OnnxTensor.createTensor(
              environment, sample.direct(), sample.dims(), elementType(sample.type())));
    }
  }

  private static OnnxJavaType elementType(String type) {
    return switch (type) {
      case "F32" -> OnnxJavaType.FLOAT;
      case "F64" -> OnnxJavaType.DOUBLE;
      case "F16" -> OnnxJavaType.FLOAT16;
      case "BF16" -> OnnxJavaType.BFLOAT16;
      case "I8" -> OnnxJavaType.INT8;
      case "U8" -> OnnxJavaType.UINT8;
      case "I16" -> OnnxJavaType.INT16;
      case "I32" -> OnnxJavaType.INT32;
      case "I64" -> OnnxJavaType.INT64;
      case "BOOL" -> OnnxJavaType.BOOL;
      default ->
          throw new IllegalArgumentException(
              "ONNX Runtime's Java interface takes no inputs of type " + type);
    };
  }

  private static String typeName(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> "F32";
      case DOUBLE -> "F64";
      case FLOAT16 -> "F16";
      case BFLOAT16 -> "BF16";
      case INT8 -> "I8";
      case UINT8 -> "U8";
      case INT16 -> "I16";
      case INT32 -> "I32";
      case INT64 -> "I64";
      case BOOL -> "BOOL";
      case STRING, UNKNOWN ->
          throw new IllegalStateException("only tensors of numbers can be compared, not " + type);
    };
  }

  @Override
  public void run() throws OrtException {
    if (outputs != null) {
      outputs.close();
    }
    outputs = Objects.requireNonNull(session).run(inputs);
  }

  @Override
  public List<Sample> outputs() {
    List<Sample> samples = new ArrayList<>();
    for (Map.Entry<String, OnnxValue> entry : Objects.requireNonNull(outputs)) {
      if (!(entry.getValue() instanceof OnnxTensor tensor)) {
        throw new IllegalStateException(
            "output '"
                + entry.getKey()
                + "' is a "
                + entry.getValue().getType()
                + "; only tensors of numbers can be compared");
      }
      ByteBuffer data = tensor.getByteBuffer();
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      samples.add(
          new Sample(
              entry.getKey(), typeName(tensor.getInfo().type), tensor.getInfo().getShape(), bytes));
    }
    return samples;
  }

  @Override
  public String version() {
    return "ONNX Runtime " + environment.getVersion();
  }

  @Override
  public long flops() {
    return 0;
  }
}
