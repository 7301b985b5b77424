package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Npy;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxExport;
import dev.gatun.formats.onnx.SampleModel;
import dev.gatun.train.Digits;
import dev.gatun.train.net.Net;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of 8-bit integers from the command line. */
class QuantizeCommandTests extends CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void write() {
    Net net = Net.sequential(Shape.of(1, 8, 8)).conv2d(32, 3).relu().flatten().dense(10).build();
    OnnxExport.write(net.model(), folder.resolve("net.onnx"));
    try (var batches = Digits.load().take(50).batch(50).open(0);
        var batch = batches.next()) {
      Npy.write(folder.resolve("x.npy"), batch.get("x"));
      Npy.write(folder.resolve("y.npy"), batch.get("y"));
    }
  }

  @Test
  void filesGetSmallerAndWhatChangesIsSaid() {
    write();
    String[] weights = {"quantize", path("net.onnx"), path("w.onnx"), "--weights-only"};
    assertEquals(0, gatun(weights), err::toString);
    assertTrue(out.toString().contains("2 weights int8, 0 activations uint8"), out::toString);
    assertTrue(out.toString().contains("generated inputs"), out::toString);
    assertTrue(out.toString().matches("(?s).*y: largest deviation [0-9.e-]+,.*"), out::toString);

    String[] all = {
      "quantize",
      path("net.onnx"),
      path("a.onnx"),
      "--data",
      "x=" + path("x.npy"),
      "--labels",
      path("y.npy"),
      "--clip",
      "99.99",
      "--batch",
      "20"
    };
    assertEquals(0, gatun(all), err::toString);
    assertTrue(out.toString().contains("3 activations uint8"), out::toString);
    assertTrue(out.toString().contains("of 50 rows"), out::toString);
    assertTrue(out.toString().contains("before"), out::toString);
    assertEquals(3, Onnx.read(folder.resolve("a.onnx")).operators().get("QuantizeLinear"));
    assertEquals(0, gatun("run", path("a.onnx")), err::toString);
  }

  @Test
  void whatIsMissingIsNamed() {
    write();
    assertEquals(1, gatun("quantize", path("net.onnx"), path("a.onnx")));
    assertTrue(err.toString().contains("give --data, or --weights-only"), err::toString);
    assertEquals(1, gatun("quantize", path("net.onnx"), path("net.onnx"), "--weights-only"));
    assertTrue(err.toString().contains("is what is read"), err::toString);
    String data = "z=" + path("x.npy");
    assertEquals(1, gatun("quantize", path("net.onnx"), path("a.onnx"), "--data", data));
    assertTrue(err.toString().contains("no samples for the input 'x'"), err::toString);
    Npy.write(folder.resolve("few.npy"), Tensor.vector(1, 2));
    String[] few = {
      "quantize",
      path("net.onnx"),
      path("a.onnx"),
      "--data",
      path("x.npy"),
      "--labels",
      path("few.npy")
    };
    assertEquals(1, gatun(few));
    assertTrue(err.toString().contains("there are 2 classes"), err::toString);
    SampleModel.write(folder.resolve("tiny.onnx"));
    assertEquals(1, gatun("quantize", path("tiny.onnx"), path("a.onnx"), "--weights-only"));
    assertTrue(err.toString().contains("no float32 weight of 256"), err::toString);
  }
}
