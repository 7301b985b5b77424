package dev.gatun.train.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.train.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models of language write after a minute or two. */
@Tag("acceptance")
class WrittenTextTests {
  @TempDir private Path folder = Path.of("");

  private Evaluation train(String recipe, Path text, long epochs) {
    Path run = folder.resolve("run");
    Settings settings =
        new Settings(
            recipe, text.toString(), "", false, true, false, epochs, 0, 0, 0, 0.1, 0, 1, 0, "auto");
    try (Run begun = Run.begin(settings, Optional.of(run), 0, List.of())) {
      begun.fit();
    }
    return Evaluation.of(run, Optional.empty());
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.toLowerCase(java.util.Locale.ROOT).split("[^a-z']+"))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  @Test
  void mostOfTheWordsAreOnesThatWereRead() throws IOException {
    Path text = Golden.shared("data").resolve("tinyshakespeare/input.txt");
    assumeTrue(Files.exists(text), "no data: " + text);
    String read = Files.readString(text);
    // What is held back are the last characters, never read.
    Set<String> known = new HashSet<>(words(read.substring(0, (int) (0.9 * read.length()))));
    try (Evaluation evaluation = train("char-rnn", text, 4)) {
      String written = evaluation.sample(4000, 7);
      assertEquals(written, evaluation.sample(4000, 7));
      assertNotEquals(written, evaluation.sample(4000, 8));
      List<String> words = words(written);
      // The last word may be cut.
      long right = words.subList(0, words.size() - 1).stream().filter(known::contains).count();
      double share = (double) right / (words.size() - 1);
      System.out.printf(
          "%d of %d words were read before (%.3f); %s%n%s%n",
          right, words.size() - 1, share, evaluation.values(), written.substring(0, 200));
      assertTrue(words.size() > 200, "words: " + words.size());
      assertTrue(share >= 0.8, "share of known words: " + share);
    }
  }

  /** Statements of a small language: assignments, conditions, loops, expressions in brackets. */
  private record Grammar(SplittableRandom random) {
    String statement(int depth) {
      int kind = depth > 1 ? 0 : random.nextInt(5);
      return switch (kind) {
        case 3 -> "if(" + expression(1) + "<" + term() + "){" + statement(depth + 1) + "}";
        case 4 -> "while(" + term() + "<" + term() + "){" + statement(depth + 1) + "}";
        default -> name() + "=" + expression(0) + ";";
      };
    }

    private String expression(int depth) {
      int kind = depth > 1 ? 0 : random.nextInt(4);
      return switch (kind) {
        case 2 -> term() + operator() + expression(depth + 1);
        case 3 -> "(" + expression(depth + 1) + ")" + operator() + term();
        default -> term();
      };
    }

    private String operator() {
      return String.valueOf("+-*".charAt(random.nextInt(3)));
    }

    private String term() {
      return random.nextBoolean() ? name() : String.valueOf(random.nextInt(1, 10));
    }

    private String name() {
      return String.valueOf("abcxyz".charAt(random.nextInt(6)));
    }
  }

  /** Reads a statement by recursive descent; it knows no limit of depth. */
  private static final class Parser {
    private final String text;
    private int at;

    private Parser(String text) {
      this.text = text;
    }

    static boolean accepts(String text) {
      Parser parser = new Parser(text);
      return parser.statement() && parser.at == text.length();
    }

    private boolean take(String wanted) {
      boolean here = text.startsWith(wanted, at);
      at += here ? wanted.length() : 0;
      return here;
    }

    private boolean takeOneOf(String letters) {
      boolean here = at < text.length() && letters.indexOf(text.charAt(at)) >= 0;
      at += here ? 1 : 0;
      return here;
    }

    private boolean statement() {
      if (take("if(") || take("while(")) {
        return expression() && take("<") && term() && take("){") && statement() && take("}");
      }
      return takeOneOf("abcxyz") && take("=") && expression() && take(";");
    }

    private boolean expression() {
      boolean first = take("(") ? expression() && take(")") : term();
      return first && (!takeOneOf("+-*") || expression());
    }

    private boolean term() {
      return takeOneOf("abcxyz123456789");
    }
  }

  @Test
  void programsOfASmallLanguageParse() throws IOException {
    Grammar grammar = new Grammar(new SplittableRandom(3));
    StringBuilder programs = new StringBuilder("\n");
    Set<String> seen = new HashSet<>();
    while (programs.length() < 200_000) {
      String program = grammar.statement(0);
      assertTrue(Parser.accepts(program), program);
      seen.add(program);
      programs.append(program).append('\n');
    }
    assertTrue(!Parser.accepts("a=(b+c;") && !Parser.accepts("if(a<b){c=1;"));
    Path text = folder.resolve("programs.txt");
    Files.writeString(text, programs);
    try (Evaluation evaluation = train("char-rnn", text, 5)) {
      List<String> written = List.of(evaluation.sample(6000, 5).split("\n"));
      // The last one may be cut.
      List<String> whole = written.subList(0, written.size() - 1);
      long right = whole.stream().filter(Parser::accepts).count();
      long fresh = whole.stream().filter(program -> !seen.contains(program)).count();
      System.out.printf(
          "%d of %d programs parse, %d were not read before; %s%n%s%n",
          right, whole.size(), fresh, evaluation.values(), String.join("\n", whole.subList(0, 8)));
      assertTrue(whole.size() >= 200, "programs: " + whole.size());
      assertTrue(fresh >= whole.size() / 20, "programs that are new: " + fresh);
      assertTrue(right >= 0.95 * whole.size(), right + " of " + whole.size());
    }
  }
}
