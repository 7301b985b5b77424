package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Export and transcription from the command line. */
class ExportCommandTests extends CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  @Test
  void filesAreWrittenAgain() {
    Path sample = folder.resolve("sample.onnx");
    SampleModel.write(sample);
    Path copy = folder.resolve("copy.onnx");
    assertEquals(0, gatun("export", sample.toString(), copy.toString()), err::toString);
    assertTrue(out.toString().contains("nodes"), out::toString);
    assertEquals(
        Onnx.read(sample).operators().get("Conv"), Onnx.read(copy).operators().get("Conv"));
    assertEquals(1, gatun("export", sample.toString(), sample.toString()));
    assertTrue(err.toString().contains("is what is read"), err::toString);
  }

  @Test
  void trainedNetsAreWritten() {
    Path run = folder.resolve("run");
    String[] train = {"train", "mlp", "--epochs", "1", "--checkpoints", run.toString()};
    assertEquals(0, gatun(train), err::toString);
    Path file = folder.resolve("mlp.onnx");
    assertEquals(0, gatun("export", run.toString(), file.toString()), err::toString);
    assertEquals(0, gatun("run", file.toString()), err::toString);
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    assertEquals(1, gatun("export", folder.resolve("none").toString(), "x.onnx"));
    assertTrue(err.toString().contains("none: no such file or folder"), err::toString);
    Path wav = folder.resolve("a.wav");
    Files.write(wav, new byte[3]);
    assertEquals(1, gatun("transcribe", wav.toString(), "--model", folder.toString()));
    assertTrue(err.toString().contains("preprocessor_config.json"), err::toString);
  }
}
