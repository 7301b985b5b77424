package dev.gatun.cli;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.ffi.NativeLibraryException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The entry point: parses arguments, runs a command and turns errors into one line. */
@Command(
    name = "gatun",
    mixinStandardHelpOptions = true,
    version = "gatun " + Main.VERSION,
    description = "Runs and trains neural networks on the JVM.",
    subcommands = {
      RunCommand.class,
      InspectCommand.class,
      ExplainCommand.class,
      BenchCommand.class,
      TuneCommand.class,
      TrainCommand.class,
      ResumeCommand.class,
      EvaluateCommand.class,
      GenerateCommand.class,
      ChatCommand.class,
      ClassifyCommand.class,
      FineTuneCommand.class,
      EmbedCommand.class,
      ModelsCommand.class,
      DetectCommand.class,
      SegmentCommand.class,
      TranscribeCommand.class,
      ExportCommand.class,
      QuantizeCommand.class,
      ConformanceCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  gatun run model.onnx                  run on generated inputs",
      "  gatun run model.onnx image.jpg        run on a picture",
      "  gatun explain model.onnx              what runs, and why",
      "  gatun bench model.onnx --threads 4    latency and throughput",
      "  gatun tune model.onnx                 choose the fastest kernels by measuring",
      "  gatun train mlp                       train on the built-in digits",
      "  gatun generate gpt2 --prompt \"Once\"   go on with a text",
      "  gatun chat qwen                       hold a conversation",
      "  gatun models                          networks that are known",
      "  gatun classify vit photo.jpg          what a picture shows",
      "  gatun doctor                          what this machine has"
    })
public final class Main {
  static final String VERSION = "0.1.0-SNAPSHOT";

  /** The work was done, but what it found is not good. */
  static final int FAILED = 1;

  /** Nobody reads what is printed: what a shell reports for programs that SIGPIPE ends. */
  static final int CLOSED_PIPE = 141;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from.")
  boolean debug;

  /** Runs a command line and ends the process. */
  public static void main(String[] args) {
    // System.out would hide that its reader has gone or that the disk is full.
    PrintWriter out =
        new PrintWriter(
            new PipeWriter(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out))),
            false);
    System.exit(execute(out, new PrintWriter(System.err, true, StandardCharsets.UTF_8), args));
  }

  /** Runs a command line; the result is the exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    line.setOut(out).setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((e, command, parsed) -> report(e, err, main.debug));
    line.setExecutionStrategy(
        parsed -> {
          try {
            return new CommandLine.RunLast().execute(parsed);
          } catch (PipeWriter.Closed | UncheckedIOException e) {
            return report(e, err, main.debug); // help is written outside of a command
          }
        });
    try {
      int code = args.length == 0 ? usage(line) : line.execute(args);
      out.flush();
      return code;
    } catch (PipeWriter.Closed | UncheckedIOException e) {
      return report(e, err, main.debug);
    }
  }

  private static int usage(CommandLine line) {
    line.usage(line.getErr());
    return CommandLine.ExitCode.USAGE;
  }

  private static int report(Exception e, PrintWriter err, boolean debug) {
    if (e instanceof PipeWriter.Closed) {
      return CLOSED_PIPE;
    }
    if (debug) {
      e.printStackTrace(err);
      return FAILED;
    }
    if (e instanceof GatunException
        || e instanceof NativeLibraryException
        || e instanceof IllegalArgumentException
        || e instanceof UncheckedIOException) {
      err.println("gatun: " + e.getMessage());
    } else {
      err.println("gatun: internal error: " + e + " (--debug shows where it comes from)");
    }
    return FAILED;
  }

  private Main() {}
}
