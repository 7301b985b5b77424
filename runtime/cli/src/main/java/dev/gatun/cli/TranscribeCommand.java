package dev.gatun.cli;

import dev.gatun.models.speech.SpeechOptions;
import dev.gatun.models.speech.SpeechRecognizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes down what is said in sound files. */
@Command(
    name = "transcribe",
    mixinStandardHelpOptions = true,
    description = "Writes down what is said in WAV files.",
    footer = {
      "",
      "The model is a folder of Whisper or wav2vec 2.0 as Hugging Face has them, with",
      "preprocessor_config.json. Sound of another sample rate is resampled.",
      "",
      "Example: gatun transcribe talk.wav --model whisper-tiny --language en"
    })
final class TranscribeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE.wav", arity = "1..*", description = "What to listen to.")
  List<Path> files = List.of();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FOLDER",
      description = "The network that listens.")
  Path model = Path.of("");

  @Option(
      names = "--language",
      paramLabel = "CODE",
      description = "What is spoken, such as en (default: the network finds out).")
  String language = "";

  @Option(names = "--translate", description = "Write it down in English.")
  boolean translate;

  @Option(names = "--beam", paramLabel = "N", description = "Width of the search (default 1).")
  int beam = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    SpeechOptions options = new SpeechOptions(language, translate, beam);
    try (SpeechRecognizer recognizer = SpeechRecognizer.load(model, options)) {
      for (Path file : files) {
        String text = recognizer.transcribe(file);
        out.println(files.size() == 1 ? text : file + ": " + text);
        out.flush();
      }
    }
    return 0;
  }
}
