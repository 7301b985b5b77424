package dev.gatun.models.generate;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.exec.StatefulSession;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network that goes on word by word: keys and values of the words so far stay in native memory,
 * which a step adds to in place. Thread-safe; each {@link Rows} belongs to one thread.
 *
 * <p>Steps are compiled for a number of rows and a capacity, which is a power of two and doubles
 * when rows outgrow it. Sessions for these are kept for the next rows, a few of those that nobody
 * uses.
 */
public final class Decoder implements AutoCloseable {
  /** Room for words at first, at least. */
  private static final int LEAST_CAPACITY = 64;

  /** Sessions that wait for use; beyond that the one that waited longest goes. */
  private static final int MOST_IDLE = 4;

  private final StepGraph graph;
  private final SessionOptions options;
  private final Optional<Session> encoder;
  // Never runs: the others are its siblings, so that all use the same packed weights.
  private final StatefulSession root;
  private final List<StatefulSession> idle = new ArrayList<>();
  private boolean closed;

  private Decoder(StepGraph graph, SessionOptions options) {
    this.graph = graph;
    this.options = options;
    encoder = graph.encoder().map(model -> model.compile(options));
    root =
        new StatefulSession(
            graph.step().graph(), graph.states(), graph.initial(1, 1, Map.of()), options);
  }

  /**
   * Of a network.
   *
   * @throws GatunException if it does not go on word by word
   */
  public static Decoder of(
      Config config,
      Architecture architecture,
      Map<String, Tensor> weights,
      SessionOptions options) {
    Decoding decoding =
        architecture
            .decoding()
            .orElseThrow(
                () ->
                    new GatunException(
                        config.where()
                            + ": "
                            + config.texts("architectures")
                            + " does not go on word by word; decoders with a head for words do,"
                            + " such as GPT2LMHeadModel"));
    return new Decoder(StepGraph.of(architecture, decoding, weights), options);
  }

  /** What the network says about itself. */
  public Decoding decoding() {
    return graph.decoding();
  }

  /**
   * Rows of words to go on with, after their first words have been read.
   *
   * @param inputs of the encoder, if there is one
   * @param words the first ones of each row, at least one
   */
  public Rows begin(Map<String, Tensor> inputs, List<long[]> words) {
    requireOpen();
    if (words.isEmpty() || words.stream().anyMatch(row -> row.length == 0)) {
      throw new GatunException("generation: each row must begin with a word");
    }
    Map<String, Tensor> memory = new LinkedHashMap<>();
    List<long[]> read = words;
    if (graph.decoding().inserted().isPresent()) {
      Insertion insertion = new Insertion(graph.decoding().inserted().get());
      Tensor vectors = insertion.vectors(encoder.orElseThrow(), inputs, words.size());
      memory.put(insertion.name(), vectors);
      read = insertion.numbered(words, inputs, vectors);
    } else {
      encoder.ifPresent(session -> encode(session, inputs, words.size(), memory));
    }
    int longest = words.stream().mapToInt(row -> row.length).max().orElse(0);
    Rows rows = new Rows(this, words.size(), take(words.size(), capacity(longest + 1), memory));
    try {
      rows.read(read);
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
    return rows;
  }

  private void encode(
      Session session, Map<String, Tensor> inputs, int rows, Map<String, Tensor> memory) {
    Map<String, Tensor> given = new LinkedHashMap<>(inputs);
    given.keySet().retainAll(session.inputs().keySet());
    boolean masked = session.inputs().containsKey(StepGraph.MASK);
    if (masked && !given.containsKey(StepGraph.MASK)) {
      Tensor like = given.values().iterator().next();
      long[] ones = new long[Math.toIntExact(like.shape().size(0) * like.shape().size(1))];
      Arrays.fill(ones, 1);
      given.put(StepGraph.MASK, Tensor.of(ones, like.shape().size(0), like.shape().size(1)));
    }
    try (Outputs outputs = session.run(given)) {
      for (var each : graph.memory()) {
        Tensor value = each.name().equals(StepGraph.MASK) ? mask(given) : outputs.get(each.name());
        memory.put(each.name(), repeated(value, rows));
      }
    }
  }

  private static Tensor mask(Map<String, Tensor> given) {
    Tensor mask = given.get(StepGraph.MASK);
    if (mask == null) {
      throw new GatunException("generation: there is no " + StepGraph.MASK);
    }
    return mask;
  }

  /** Each row as often as it takes: several beams are about one input. */
  static Tensor repeated(Tensor value, int rows) {
    int have = Math.toIntExact(value.shape().size(0));
    if (have == 0 || rows % have != 0) {
      throw new GatunException(
          "generation: " + rows + " rows of words cannot be about " + have + " inputs");
    }
    long[] sizes = value.shape().sizes();
    sizes[0] = rows;
    int row = Math.toIntExact(value.elements() / have);
    if (value.dtype() == DType.I64) {
      long[] from = value.toLongs();
      long[] all = new long[row * rows];
      for (int r = 0; r < rows; r++) {
        System.arraycopy(from, r / (rows / have) * row, all, r * row, row);
      }
      return Tensor.of(all, sizes);
    }
    float[] from = value.toFloats();
    float[] all = new float[row * rows];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(from, r / (rows / have) * row, all, r * row, row);
    }
    return Tensor.of(all, sizes);
  }

  static int capacity(int words) {
    return Math.max(LEAST_CAPACITY, Integer.highestOneBit(Math.max(1, words - 1)) << 1);
  }

  /** A session with room for so many words, its memory set. */
  StatefulSession take(int rows, int capacity, Map<String, Tensor> memory) {
    Map<String, Tensor> initial = graph.initial(rows, capacity, memory);
    StatefulSession found = waiting(initial);
    if (found == null) {
      return root.sibling(initial);
    }
    memory.forEach(found::setState);
    return found;
  }

  private synchronized @org.jspecify.annotations.Nullable StatefulSession waiting(
      Map<String, Tensor> initial) {
    requireOpen();
    for (StatefulSession session : idle) {
      boolean fits = true;
      for (var state : session.states().entrySet()) {
        Tensor value = initial.get(state.getKey());
        fits &= value != null && value.type().equals(state.getValue());
      }
      if (fits) {
        idle.remove(session);
        return session;
      }
    }
    return null;
  }

  /** A session is free for the next rows. */
  synchronized void give(StatefulSession session) {
    if (closed) {
      session.close();
      return;
    }
    idle.add(session);
    if (idle.size() > MOST_IDLE) {
      idle.removeFirst().close();
    }
  }

  /** A larger session with what the smaller one has. */
  StatefulSession grown(StatefulSession small, int rows, int capacity) {
    Map<String, Tensor> memory = new LinkedHashMap<>();
    graph.memory().forEach(each -> memory.put(each.name(), small.state(each.name())));
    StatefulSession large = take(rows, capacity, memory);
    large.takeStates(small, graph.pastNames());
    give(small);
    return large;
  }

  StepGraph graph() {
    return graph;
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new GatunException("generation: the network is closed");
    }
  }

  /** Options of the sessions. */
  public SessionOptions options() {
    return options;
  }

  /** Frees everything that no rows use. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      idle.forEach(StatefulSession::close);
      idle.clear();
      encoder.ifPresent(Session::close);
      root.close();
    }
  }
}
