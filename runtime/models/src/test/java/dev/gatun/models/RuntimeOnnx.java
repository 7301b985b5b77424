package dev.gatun.models;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Another engine: runs a file in ONNX Runtime. */
final class RuntimeOnnx {
  /** Results by name. */
  static Map<String, Tensor> run(Path file, Map<String, Tensor> inputs) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(2);
      try (OrtSession session = environment.createSession(file.toString(), options)) {
        for (NodeInfo input : session.getInputInfo().values()) {
          Tensor tensor = inputs.get(input.getName());
          if (tensor == null) {
            throw new AssertionError("no value for " + input.getName());
          }
          given.put(input.getName(), tensor(environment, tensor));
        }
        try (OrtSession.Result outputs = session.run(given)) {
          Map<String, Tensor> results = new LinkedHashMap<>();
          for (Map.Entry<String, OnnxValue> output : outputs) {
            results.put(output.getKey(), tensor((OnnxTensor) output.getValue()));
          }
          return results;
        }
      } finally {
        given.values().forEach(OnnxTensor::close);
      }
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Tensor tensor) throws OrtException {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.toIntExact(tensor.bytes())).order(ByteOrder.nativeOrder());
    MemorySegment.ofBuffer(bytes).copyFrom(tensor.data());
    OnnxJavaType type =
        switch (tensor.dtype()) {
          case F32 -> OnnxJavaType.FLOAT;
          case F64 -> OnnxJavaType.DOUBLE;
          case I64 -> OnnxJavaType.INT64;
          case I32 -> OnnxJavaType.INT32;
          case BOOL -> OnnxJavaType.BOOL;
          default -> throw new IllegalArgumentException(tensor.dtype().toString());
        };
    return OnnxTensor.createTensor(environment, bytes, tensor.shape().sizes(), type);
  }

  private static Tensor tensor(OnnxTensor tensor) {
    DType type =
        switch (tensor.getInfo().type) {
          case FLOAT -> DType.F32;
          case DOUBLE -> DType.F64;
          case INT64 -> DType.I64;
          case INT32 -> DType.I32;
          case BOOL -> DType.BOOL;
          default -> throw new IllegalArgumentException(tensor.getInfo().toString());
        };
    ByteBuffer data = tensor.getByteBuffer();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return Tensor.wrap(type, Shape.of(tensor.getInfo().getShape()), MemorySegment.ofArray(bytes));
  }

  private RuntimeOnnx() {}
}
