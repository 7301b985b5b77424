package dev.gatun.cli;

import dev.gatun.models.generate.Search;
import dev.gatun.models.task.Conversation;
import dev.gatun.models.task.TextGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds a conversation. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = "Answers line by line, as the folder's chat template has it.",
    footer = {
      "",
      "Lines are read from standard input; an empty one or its end ends it, /new",
      "begins anew.",
      "",
      "Examples:",
      "  gatun chat qwen",
      "  gatun chat qwen --system \"Answer in one sentence.\" --temperature 0.7"
    })
final class ChatCommand implements Callable<Integer> {
  @Mixin WritingOptions options = new WritingOptions();

  @Option(names = "--system", paramLabel = "TEXT", description = "What holds for all answers.")
  @Nullable String system;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  CommandSpec spec;

  private final InputStream in;

  ChatCommand() {
    this(System.in);
  }

  ChatCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (TextGenerator generator = options.load()) {
      Search search = options.search(generator);
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      Optional<String> rule = Optional.ofNullable(system);
      Conversation talk = generator.conversation(rule);
      try {
        for (String line = ask(out, lines); !line.isBlank(); line = ask(out, lines)) {
          if (line.strip().equals("/new")) {
            talk.close();
            talk = generator.conversation(rule);
            continue;
          }
          talk.say(
              line,
              search,
              options.stops,
              piece -> {
                out.print(piece);
                out.flush();
                return true;
              });
          out.println();
        }
      } finally {
        talk.close();
      }
    }
    return 0;
  }

  /** The next line, or nothing at the end. */
  private static String ask(PrintWriter out, BufferedReader lines) {
    out.print("> ");
    out.flush();
    try {
      String line = lines.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
