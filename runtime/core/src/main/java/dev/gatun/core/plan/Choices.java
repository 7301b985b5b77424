package dev.gatun.core.plan;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.kernels.Cpu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whose kernels were measured to be the fastest for a node, on this processor, with this JDK and so
 * many threads.
 *
 * <p>A node is known by its operators, attributes and types, not by its name: what was measured in
 * one model counts in every other.
 */
public final class Choices {
  /** Names the directory of the files, or is "off". */
  private static final String PROPERTY = "gatun.tuning";

  private final TreeMap<String, Backend> best = new TreeMap<>();

  /** Whose kernels should be asked first; empty where nothing was measured. */
  public synchronized Optional<Backend> of(Node node) {
    return best.isEmpty() ? Optional.empty() : Optional.ofNullable(best.get(describe(node)));
  }

  /** Notes a measurement. */
  public synchronized void put(Node node, Backend fastest) {
    best.put(describe(node), fastest);
  }

  /** The choices for this machine and so many threads; none if nothing was tuned. */
  public static Choices ofMachine(int threads) {
    Choices choices = new Choices();
    Optional<Path> file = file(threads);
    if (file.isPresent()) {
      try {
        choices.read(file.get());
      } catch (GatunException e) {
        // They only make it faster, so a model runs without them; but somebody should know.
        System.getLogger(Choices.class.getName()).log(System.Logger.Level.WARNING, e.getMessage());
      }
    }
    return choices;
  }

  /**
   * Where the choices for this machine are kept: {@code -Dgatun.tuning=DIRECTORY}, else {@code
   * $XDG_CACHE_HOME/gatun/tuning}, else {@code ~/.cache/gatun/tuning}; empty with {@code
   * -Dgatun.tuning=off}.
   */
  public static Optional<Path> file(int threads) {
    String directory = System.getProperty(PROPERTY, "");
    if (directory.equals("off")) {
      return Optional.empty();
    }
    if (directory.isEmpty()) {
      String cache = System.getenv("XDG_CACHE_HOME");
      Path base =
          cache == null || cache.isEmpty()
              ? Path.of(System.getProperty("user.home"), ".cache")
              : Path.of(cache);
      directory = base.resolve("gatun").resolve("tuning").toString();
    }
    Cpu cpu = Cpu.get();
    String name =
        (cpu.model() + "-" + 32 * cpu.lanes() + "bit-jdk" + Runtime.version().feature())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9.]+", "-");
    return Optional.of(Path.of(directory, name + "-" + threads + "t.tsv"));
  }

  /**
   * Adds what the file holds; nothing if there is none.
   *
   * @throws GatunException if it cannot be read or has other than choices in it
   */
  public synchronized void read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new GatunException(file + " cannot be read: " + e, e);
    }
    for (int i = 0; i < lines.size(); i++) {
      String[] fields = lines.get(i).split("\t", -1);
      try {
        if (fields.length != 2) {
          throw new IllegalArgumentException(fields.length + " fields");
        }
        best.put(fields[1], Backend.parse(fields[0]));
      } catch (IllegalArgumentException e) {
        throw new GatunException(
            file
                + ", line "
                + (i + 1)
                + ": expected a backend, a tab and a node ("
                + e.getMessage()
                + "); delete the file and tune again",
            e);
      }
    }
  }

  /**
   * Writes all choices, over what was there.
   *
   * @throws GatunException if that fails; the file is then as it was
   */
  public synchronized void write(Path file) {
    String text =
        best.entrySet().stream()
            .map(e -> e.getValue() + "\t" + e.getKey() + "\n")
            .collect(Collectors.joining());
    try {
      Path directory = file.toAbsolutePath().getParent();
      Files.createDirectories(directory);
      Path part = Files.createTempFile(directory, "tuning", ".part");
      try {
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new GatunException(file + " cannot be written: " + e, e);
    }
  }

  /** Operators and types for people, and a digest of all that matters. */
  static String describe(Node node) {
    StringBuilder all = new StringBuilder();
    String operators = node.op().name();
    if (node.op() == Fused.OP) {
      Graph body = Fused.body(node);
      IdentityHashMap<Value, Integer> numbers = new IdentityHashMap<>();
      body.inputs().forEach(value -> number(numbers, value));
      body.nodes().forEach(inner -> write(inner, numbers, all));
      operators =
          body.nodes().stream().map(inner -> inner.op().name()).collect(Collectors.joining("+"));
    } else {
      write(node, new IdentityHashMap<>(), all);
    }
    StringBuilder types = new StringBuilder();
    for (Value input : node.inputs()) {
      types.append(input.isAbsent() ? "-" : input.type());
      types.append(input.constantDatum().isPresent() ? " constant, " : ", ");
    }
    all.append(types).append(node.outputs().stream().map(Value::type).toList());
    return operators + " " + types + "-> " + node.output().type() + " " + digest(all.toString());
  }

  private static void write(Node node, IdentityHashMap<Value, Integer> numbers, StringBuilder to) {
    to.append(node.op().name()).append(node.attrs());
    for (Value input : node.inputs()) {
      to.append(' ').append(input.isAbsent() ? "-" : number(numbers, input).toString());
    }
    for (Value output : node.outputs()) {
      to.append(" -> ").append(number(numbers, output));
    }
    to.append('\n');
  }

  private static Integer number(IdentityHashMap<Value, Integer> numbers, Value value) {
    return numbers.computeIfAbsent(value, v -> numbers.size());
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has SHA-256
    }
  }
}
