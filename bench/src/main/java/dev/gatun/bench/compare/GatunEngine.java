package dev.gatun.bench.compare;

import dev.gatun.bench.duel.Engine;
import dev.gatun.bench.measure.Sample;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Onnx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gatun, as a program embeds it. */
final class GatunEngine implements Engine {
  private final SessionOptions options;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private @Nullable Session session;
  private @Nullable Outputs outputs;

  GatunEngine(int threads, String backend, boolean quick) {
    options =
        SessionOptions.DEFAULT.threads(threads).backend(Backend.parse(backend)).quickStart(quick);
  }

  @Override
  public void load(String model, List<Sample> samples) {
    options.prepare();
    session =
        Onnx.load(Path.of(model), LoadOptions.defaults().withFrozenDefaults()).compile(options);
    for (Sample sample : samples) {
      MemorySegment data = Arena.ofAuto().allocate(Math.max(sample.data().length, 1), 64);
      MemorySegment.copy(sample.data(), 0, data, ValueLayout.JAVA_BYTE, 0, sample.data().length);
      inputs.put(
          sample.name(),
          Tensor.wrap(
              DType.valueOf(sample.type()),
              Shape.of(sample.dims()),
              data.asSlice(0, sample.data().length)));
    }
  }

  @Override
  public void run() {
    if (outputs != null) {
      outputs.close();
    }
    outputs = Objects.requireNonNull(session).run(inputs);
  }

  @Override
  public List<Sample> outputs() {
    List<Sample> samples = new ArrayList<>();
    for (Map.Entry<String, Datum> entry : Objects.requireNonNull(outputs).asMap().entrySet()) {
      if (!(entry.getValue() instanceof Tensor tensor) || tensor.dtype() == DType.STRING) {
        throw new IllegalStateException(
            "output '"
                + entry.getKey()
                + "' is a "
                + entry.getValue().type()
                + "; only tensors of numbers can be compared");
      }
      samples.add(
          new Sample(
              entry.getKey(),
              tensor.dtype().name(),
              tensor.shape().sizes(),
              tensor.data().toArray(ValueLayout.JAVA_BYTE)));
    }
    return samples;
  }

  @Override
  public String version() {
    return Engine.version("Gatun", Session.class);
  }

  @Override
  public long flops() {
    Map<String, Type> types = new LinkedHashMap<>();
    inputs.forEach((name, value) -> types.put(name, value.type()));
    return Objects.requireNonNull(session).explain(types).flops();
  }
}
