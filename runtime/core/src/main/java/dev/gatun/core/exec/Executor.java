package dev.gatun.core.exec;

import dev.gatun.core.fuse.Fused;
import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.FusionClass;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.pass.Rewriter;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.plan.Candidates;
import dev.gatun.core.plan.Choices;
import dev.gatun.core.plan.Cost;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.plan.Resources;
import dev.gatun.core.plan.Selection;
import dev.gatun.core.plan.Target;
import dev.gatun.core.plan.Weights;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Type;
import dev.gatun.ffi.OneDnn;
import dev.gatun.kernels.Team;
import dev.gatun.kernels.Warmup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compiles graphs for the types that arrive and keeps the programs, the most recently used ones
 * first.
 *
 * <p>It also runs the subgraphs of control flow and of parts with data-dependent shapes. Those are
 * compiled when they do real work or come back with the same types, and interpreted otherwise: a
 * loop that grows a tensor would compile anew in every round.
 */
final class Executor implements Evaluation.Runner, AutoCloseable {
  /** Programs kept; beyond that the least recently used one goes. */
  private static final int MAX_PROGRAMS = 64;

  /** Below so many operations the first run is over in a moment, compiled or not. */
  private static final long HEAVY_FLOPS = 100_000_000;

  private static final long MOST_WARMUP_NANOS = 3_000_000_000L;

  record Key(Graph graph, List<Type> types) {}

  private final SessionOptions options;
  private final Team team;
  private final Target target;
  private final OutputMemory outputMemory = new OutputMemory();
  private final LinkedHashMap<Key, Program> programs = new LinkedHashMap<>(16, 0.75f, true);
  private final LinkedHashMap<Key, Integer> seen = new LinkedHashMap<>();
  // Programs that run for the time being, and who makes those that will take their place.
  private final Map<Key, Rehearsal> rehearsals = new HashMap<>();
  // Those that wait for the end of the run they were made in: it has the machine to itself.
  private final List<Rehearsal> waiting = new ArrayList<>();
  private int background; // threads of rehearsals, which use the weights even when we are closed
  private int owners = 1;
  private boolean closed;

  Executor(SessionOptions options) {
    this.options = options;
    options.backend().requireLibrary();
    team = options.threads() == 0 ? Team.ofAllProcessors() : Team.ofThreads(options.threads());
    target =
        new Target(
            options.backend(),
            team.threads(),
            new Weights(),
            new Resources(),
            options.backend() == Backend.AUTO ? Choices.ofMachine(team.threads()) : new Choices());
  }

  /** Runs the model's main graph. */
  Outputs runMain(Graph graph, List<Datum> inputs) {
    if (options.backend() == Backend.REFERENCE) {
      List<Datum> values = new Interpreter().run(graph, inputs);
      return new Outputs(graph.outputNames(), values, () -> {});
    }
    Program program = take(graph, types(inputs));
    try {
      OutputMemory.Lease lease = outputMemory.lease();
      List<Datum> values = program.run(inputs, team, this, lease, null);
      // Nodes without a kernel may pass on what they read, or views of it.
      Runnable giveBack = program.isOnePlan() ? lease::giveBack : () -> {};
      return new Outputs(graph.outputNames(), values, giveBack);
    } finally {
      program.release();
      startRehearsals();
    }
  }

  private synchronized void startRehearsals() {
    if (waiting.isEmpty()) {
      return;
    }
    for (Rehearsal rehearsal : waiting) {
      if (!closed && rehearsals.containsValue(rehearsal)) {
        background++;
        rehearsal.start();
      }
    }
    waiting.clear();
  }

  /** The program to run now; the caller releases it. */
  private synchronized Program take(Graph graph, List<Type> types) {
    Program program = programForNow(graph, types);
    program.retain();
    return program;
  }

  /**
   * Runs the main graph again and again for about so long, timing each step.
   *
   * @param warmupSeconds before the times count
   */
  Profile profile(Graph graph, List<Datum> inputs, double warmupSeconds, double seconds) {
    if (options.backend() == Backend.REFERENCE) {
      throw new GatunException(
          "the reference interpreter has no steps to time; use another backend");
    }
    Program program;
    synchronized (this) {
      program = program(graph, types(inputs));
      program.retain();
    }
    try {
      measure(program, inputs, warmupSeconds);
      return measure(program, inputs, seconds).toProfile(program);
    } finally {
      program.release();
    }
  }

  /**
   * Measures whose kernels are the fastest for each node of the main graph, and follows that from
   * now on; the plan for these types is made anew.
   */
  synchronized Tuning tune(Graph graph, List<Datum> inputs, double warmupSeconds, double seconds) {
    List<Type> types = types(inputs);
    Graph ready = Passes.apply(graph, types, options.disabledPasses());
    Tuning tuning = new Tuner(this, ready, inputs).tune(target.choices(), warmupSeconds, seconds);
    Key key = new Key(graph, types);
    rehearsals.remove(key);
    put(key, compileToStay(ready));
    return tuning;
  }

  /** Runs a program again and again for about so long, timing each step. */
  StepTimes measure(Program program, List<? extends @Nullable Datum> inputs, double seconds) {
    StepTimes times = new StepTimes();
    long begin = System.nanoTime();
    long now = begin;
    do {
      long from = now;
      program.runForNothing(inputs, team, this, outputMemory, times);
      now = System.nanoTime();
      times.addRun(now - from);
    } while (now - begin < seconds * 1e9);
    return times;
  }

  @Override
  public List<Datum> run(Graph graph, List<Datum> inputs) {
    List<Type> types = types(inputs);
    return isWorthCompiling(graph, types)
        ? compileAndRun(graph, types, inputs)
        : interpret(graph, inputs);
  }

  private List<Datum> compileAndRun(Graph graph, List<Type> types, List<Datum> inputs) {
    Program program = take(graph, types);
    try {
      return program.run(inputs, team, this, outputMemory.lease(), null);
    } finally {
      program.release();
    }
  }

  /** Interprets this graph, but lets its subgraphs be compiled if they deserve it. */
  private List<Datum> interpret(Graph graph, List<Datum> inputs) {
    return new Interpreter(this).run(graph, inputs);
  }

  private synchronized boolean isWorthCompiling(Graph graph, List<Type> types) {
    Key key = new Key(graph, types);
    if (programs.containsKey(key)) {
      return true;
    }
    for (Node node : graph.nodes()) {
      if (node.op().fusion() == FusionClass.CONTRACTION) {
        return true;
      }
    }
    if (seen.size() > 16 * MAX_PROGRAMS) {
      seen.clear();
    }
    return seen.merge(key, 1, Integer::sum) > 1;
  }

  private static List<Type> types(List<Datum> inputs) {
    List<Type> types = new ArrayList<>();
    for (Datum input : inputs) {
      types.add(input.type());
    }
    return types;
  }

  /** The program that stays for these input types, compiled if it is not there yet. */
  synchronized Program program(Graph graph, List<Type> types) {
    Key key = new Key(graph, types);
    Program program = programs.get(key);
    if (program == null || rehearsals.remove(key) != null) {
      Graph ready = Passes.apply(graph, types, options.disabledPasses());
      program = compileToStay(ready);
      warm(ready, team);
      put(key, program);
    }
    return program;
  }

  /** The program to run now, which may be one for the time until the JIT has compiled another. */
  private synchronized Program programForNow(Graph graph, List<Type> types) {
    Key key = new Key(graph, types);
    Program program = programs.get(key);
    if (program == null) {
      Graph ready = Passes.apply(graph, types, options.disabledPasses());
      if (options.quickStart()
          && options.backend() == Backend.AUTO
          && Rehearsal.pays(ready)
          && OneDnn.find().library().isPresent()) {
        program = compile(Passes.takeAttentionApart(ready), target::temporary, team);
        Rehearsal rehearsal = new Rehearsal(this, key, ready);
        rehearsals.put(key, rehearsal);
        waiting.add(rehearsal);
      } else {
        program = compileToStay(ready);
        if (options.quickStart()) {
          Warmup.forget();
        } else {
          warm(ready, team);
        }
      }
      put(key, program);
    }
    return program;
  }

  private void put(Key key, Program program) {
    Program earlier = programs.put(key, program);
    if (earlier != null) {
      earlier.close();
    }
    if (programs.size() > MAX_PROGRAMS) {
      Map.Entry<Key, Program> eldest = programs.pollFirstEntry();
      rehearsals.remove(eldest.getKey());
      eldest.getValue().close();
    }
  }

  /** Puts a rehearsed program in place, unless nobody waits for it any more. */
  synchronized void takeOver(Key key, Rehearsal rehearsal, @Nullable Program own) {
    background--;
    boolean wanted = rehearsals.remove(key, rehearsal) && !closed;
    if (own != null && wanted) {
      put(key, own);
    } else if (own != null) {
      own.close();
    }
    if (closed && background == 0) {
      target.weights().close();
    }
    notifyAll();
  }

  /** Waits until no program is being rehearsed. */
  synchronized void settle() throws InterruptedException {
    while (!rehearsals.isEmpty()) {
      wait();
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Compiles a graph that went through the passes. */
  Program compileToStay(Graph ready) {
    return compile(ready, target::with, team);
  }

  /** The program of a graph some of whose inputs are state. */
  Program compile(Graph graph, List<Type> types, StateMemory state) {
    Graph ready = Passes.apply(graph, types, options.disabledPasses());
    Program program = compile(ready, target::with, team, state);
    warm(ready, team);
    return program;
  }

  /**
   * Compiles for a target.
   *
   * @param lowering the team that lowers nodes side by side: weights are packed, primitives built
   */
  Program compile(Graph ready, Function<Resources, Target> targets, Team lowering) {
    return compile(ready, targets, lowering, null);
  }

  private Program compile(
      Graph ready,
      Function<Resources, Target> targets,
      Team lowering,
      @Nullable StateMemory state) {
    Resources resources = new Resources();
    try {
      Target here = targets.apply(resources);
      Graph graph = ready;
      Map<Node, Selection> selections = select(graph, here, lowering);
      Set<Node> refused = new HashSet<>();
      selections.forEach(
          (node, selection) -> {
            if (node.op() == Fused.OP && !selection.isPlanned()) {
              refused.add(node);
            }
          });
      if (!refused.isEmpty()) {
        // No kernel runs these groups whole; their operators may well have kernels of their own.
        graph = Rewriter.rewrite(graph, (node, inputs, b) -> takeApart(node, inputs, b, refused));
        resources.close();
        here = targets.apply(resources);
        selections = select(graph, here, lowering);
      }
      Settling.begin();
      Recomputing whole = Recomputing.of(graph, selections, here, options, state);
      return new Program(whole, here, options.concurrency(), state);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  /**
   * Has the JIT compile new kernels before runs need them. The first run comes later for it, and
   * those after it are fast much earlier.
   */
  static void warm(Graph graph, Team team) {
    if (Cost.flops(graph) < HEAVY_FLOPS) {
      Warmup.forget();
    } else {
      Warmup.run(team, MOST_WARMUP_NANOS);
    }
  }

  private static Map<Node, Selection> select(Graph graph, Target target, Team team) {
    List<Node> nodes = graph.nodes().stream().filter(Executor::isFixed).toList();
    Selection[] chosen = new Selection[nodes.size()];
    team.run(chosen.length, i -> chosen[i] = Candidates.select(nodes.get(i), target));
    Map<Node, Selection> selections = new LinkedHashMap<>();
    for (Selection selection : chosen) {
      selections.put(selection.node(), selection);
    }
    return selections;
  }

  private static Optional<List<Value>> takeApart(
      Node node, List<Value> inputs, GraphBuilder b, Set<Node> refused) {
    return refused.contains(node)
        ? Optional.of(
            Rewriter.inline(Fused.body(node), inputs, (n, i, builder) -> Optional.empty(), b))
        : Optional.empty();
  }

  static boolean isFixed(Node node) {
    for (Value input : node.inputs()) {
      if (!input.isAbsent() && !input.type().isFixed()) {
        return false;
      }
    }
    return node.outputs().stream().allMatch(v -> v.type().isFixed());
  }

  Team team() {
    return team;
  }

  Target target() {
    return target;
  }

  @Nullable Program lastProgram() {
    synchronized (this) {
      return programs.isEmpty() ? null : programs.lastEntry().getValue();
    }
  }

  /** Another session uses this one, and closes it as well. */
  synchronized Executor shared() {
    owners++;
    return this;
  }

  @Override
  public synchronized void close() {
    if (--owners > 0) {
      return;
    }
    closed = true;
    rehearsals.clear();
    programs.values().forEach(Program::close);
    programs.clear();
    team.close();
    if (background == 0) {
      target.weights().close();
    }
    notifyAll();
  }
}
