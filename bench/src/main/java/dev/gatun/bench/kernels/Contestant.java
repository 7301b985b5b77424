package dev.gatun.bench.kernels;

import dev.gatun.bench.measure.Roof;
import dev.gatun.bench.measure.Sample;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.Interpreter;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import dev.gatun.core.pass.Passes;
import dev.gatun.core.plan.Backend;
import dev.gatun.core.plan.Candidates;
import dev.gatun.core.plan.Homes;
import dev.gatun.core.plan.OutputMemory;
import dev.gatun.core.plan.Plan;
import dev.gatun.core.plan.PlanBuilder;
import dev.gatun.core.plan.PlanContext;
import dev.gatun.core.plan.Resources;
import dev.gatun.core.plan.Selection;
import dev.gatun.core.plan.Target;
import dev.gatun.core.plan.Weights;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.kernels.Memory;
import dev.gatun.kernels.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One way to do the work of a {@link KernelCase}, ready to be timed. */
interface Contestant extends AutoCloseable {
  /** Who takes part, in the order of the report. */
  enum Kind {
    /** Gatun's own kernels. */
    GATUN,
    ONEDNN,
    OPENBLAS,
    /** The reference interpreter's loops. */
    SCALAR,
    /** What the machine can do at most. */
    ROOF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The reference does some ten million operations a second: larger cases would take minutes. */
  double MAX_SCALAR_FLOPS = 3e8;

  /** Does the work once. */
  void run();

  /** The result of the last run. */
  List<Sample> outputs();

  /** What runs, for the report. */
  String kernel();

  @Override
  void close();

  /** Prepares a contestant; empty when it has no kernel of its own for the case. */
  static Optional<Contestant> of(Kind kind, KernelCase work, int threads) {
    return switch (kind) {
      case GATUN -> planned(work, Backend.VECTOR, threads, "");
      case ONEDNN -> planned(work, Backend.ONEDNN, threads, "/onednn");
      case OPENBLAS -> planned(work, Backend.OPENBLAS, threads, "/openblas");
      case SCALAR ->
          work.flops() > MAX_SCALAR_FLOPS || threads > 1
              ? Optional.empty()
              : Optional.of(new Scalar(work));
      case ROOF -> Optional.of(new AtRoof(work, threads));
    };
  }

  private static Optional<Contestant> planned(
      KernelCase work, Backend backend, int threads, String mark) {
    try {
      backend.requireLibrary();
    } catch (dev.gatun.ffi.NativeLibraryException e) {
      return Optional.empty();
    }
    Target target = new Target(backend, threads, new Weights(), new Resources());
    List<Type> types = work.inputs().stream().<Type>map(Tensor::type).toList();
    Graph graph = Passes.apply(work.graph(), types, Set.of());
    List<Selection> selections = new ArrayList<>();
    boolean isOwn = mark.isEmpty();
    for (Node node : graph.nodes()) {
      Selection selection = Candidates.select(node, target);
      if (!selection.isPlanned()) {
        close(target);
        return Optional.empty();
      }
      isOwn |= selection.candidate().contains(mark);
      selections.add(selection);
    }
    if (!isOwn) {
      close(target);
      return Optional.empty();
    }
    return Optional.of(new Planned(work, graph, selections, target));
  }

  private static void close(Target target) {
    target.resources().close();
    target.weights().close();
  }

  /** Kernels as a session would run them, without what a session does around them. */
  final class Planned implements Contestant {
    private final Target target;
    private final Team team;
    private final Arena arena = Arena.ofShared();
    private final PlanContext context;
    private final String kernel;

    Planned(KernelCase work, Graph graph, List<Selection> selections, Target target) {
      this.target = target;
      team = Team.ofThreads(target.threads());
      Map<Value, Long> places = new LinkedHashMap<>();
      for (Value input : graph.inputs()) {
        places.put(input, memory(work, input.name()));
      }
      Homes homes = new Homes(places, Map.of());
      Plan plan =
          PlanBuilder.build(List.of(), selections, graph.outputs(), target.weights(), homes);
      context = new PlanContext(plan);
      kernel = String.join(" + ", selections.stream().map(Selection::candidate).toList());
    }

    /**
     * Operands outside the plan's memory, since a plan works in place where it can: a second run
     * would start from the results of the first, and end in denormal numbers.
     */
    private long memory(KernelCase work, String name) {
      for (int k = 0; k < work.inputs().size(); k++) {
        if (work.graph().inputs().get(k).name().equals(name)) {
          MemorySegment from = work.inputs().get(k).data();
          MemorySegment to = arena.allocate(from.byteSize() + Memory.ALIGNMENT, Memory.ALIGNMENT);
          MemorySegment.copy(from, 0, to, 0, from.byteSize());
          return to.address();
        }
      }
      throw new IllegalArgumentException("no operand " + name);
    }

    @Override
    public void run() {
      context.run(team);
    }

    @Override
    public List<Sample> outputs() {
      return List.of(sample(context.get(0, new OutputMemory().lease(), team)));
    }

    @Override
    public String kernel() {
      return kernel;
    }

    @Override
    public void close() {
      team.close();
      context.close();
      arena.close();
      Contestant.close(target);
    }
  }

  private static Sample sample(Tensor tensor) {
    return new Sample(
        "y",
        tensor.dtype().name(),
        tensor.shape().sizes(),
        tensor.data().toArray(ValueLayout.JAVA_BYTE));
  }

  /** The operator's definition: plain loops in double precision. */
  final class Scalar implements Contestant {
    private final KernelCase work;
    private List<Datum> outputs = List.of();

    Scalar(KernelCase work) {
      this.work = work;
    }

    @Override
    public void run() {
      outputs = new Interpreter().run(work.graph(), List.copyOf(work.inputs()));
    }

    @Override
    public List<Sample> outputs() {
      return List.of(sample((Tensor) outputs.get(0)));
    }

    @Override
    public String kernel() {
      return "reference";
    }

    @Override
    public void close() {
      outputs = List.of();
    }
  }

  /** As many operations or bytes as the case has, done in the simplest way. */
  final class AtRoof implements Contestant {
    private final Team team;
    private final Roof roof;

    AtRoof(KernelCase work, int threads) {
      team = Team.ofThreads(threads);
      roof = new Roof(work.bound(), (long) work.bytes(), team);
    }

    /** Operations or bytes of a run. */
    double amount() {
      return roof.amount();
    }

    @Override
    public void run() {
      roof.run();
    }

    @Override
    public List<Sample> outputs() {
      return List.of();
    }

    @Override
    public String kernel() {
      return "roof";
    }

    @Override
    public void close() {
      team.close();
      roof.close();
    }
  }
}
