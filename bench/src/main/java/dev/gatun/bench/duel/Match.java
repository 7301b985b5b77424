package dev.gatun.bench.duel;

import dev.gatun.bench.measure.Machine;
import dev.gatun.bench.measure.Roof;
import dev.gatun.core.tensor.GatunException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Duels of all contestants with all numbers of threads; a line is printed after each. */
public final class Match {
  private static final double ROOF_SECONDS = 0.15;

  private final DuelOptions options;
  private final Duel duel;
  private final PrintWriter out;
  private final Map<String, Object> machine = Machine.facts();
  private final List<Result> results = new ArrayList<>();
  private final Map<Integer, Double> roofs = new TreeMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  /** A match; the options have been checked. */
  public Match(EngineCommand gatun, EngineCommand peer, DuelOptions options, PrintWriter out) {
    this.options = options;
    duel = new Duel(gatun, peer, options);
    this.out = out;
  }

  /**
   * Measures.
   *
   * @param contestants by name; one that cannot be made or run is a failure of its name
   * @param save is given what there is after each duel: whoever stops a long match keeps that
   */
  public Results run(Map<String, Supplier<Contestant>> contestants, Consumer<Results> save) {
    contestants.forEach(
        (name, supplier) -> {
          try {
            Contestant contestant = supplier.get();
            if (!machine.containsKey("engine")) {
              begin(contestant);
            }
            for (int n : options.threads) {
              // Before every model: the machine may be faster later on.
              roofs.merge(n, Roof.best(Roof.Kind.FMA, 0, n, ROOF_SECONDS), Math::max);
              Result result = duel.run(contestant, n);
              results.add(result);
              out.println(ResultTable.line(result));
              save.accept(all());
            }
          } catch (GatunException | EngineException e) {
            failures.put(name, String.valueOf(e.getMessage()));
            out.println(name + ": " + e.getMessage());
          }
        });
    return all();
  }

  private void begin(Contestant contestant) {
    List<String> versions = duel.prepare(contestant);
    machine.put("engine", versions.get(0));
    machine.put("peer", versions.get(1));
    machine.forEach((name, value) -> out.printf("%-10s %s%n", name, value));
    out.println(ResultTable.header());
  }

  private Results all() {
    return new Results(machine, options.facts(), results, roofs, failures);
  }
}
