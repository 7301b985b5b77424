package dev.gatun.train;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
import dev.gatun.core.op.Identity;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.NetGraph;
import dev.gatun.train.net.Parameter;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Slot;
import dev.gatun.train.optim.StepInputs;
import dev.gatun.train.optim.Update;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The graph of one step of training: forward pass, loss, backward pass and update, with parameters,
 * buffers, optimizer slots, random draws and the step count as state.
 *
 * <p>When loss or gradients are not finite, the update leaves everything as it was, so that nothing
 * is lost and the step can be looked at again.
 *
 * @param state for each state, the output that is its next value
 * @param initial values of states before the first step
 * @param targets fields of a batch beside the net's inputs
 */
record StepGraph(
    Graph graph, Map<String, String> state, Map<String, Tensor> initial, List<Input> targets) {
  static final String RATE = "learning rate";
  static final String APPLY = "apply";
  static final String LOSS = "loss";
  static final String NORM = "gradient norm";
  static final String FINITE = "finite";
  static final String PARAMETER = "parameter/";
  static final String AVERAGE = "average/";
  static final String WEIGHT = "weight";

  /**
   * The graph for batches of one shape: some gradients need to know it.
   *
   * @param batch fields of such a batch
   */
  static StepGraph of(
      Recipe recipe, boolean weighted, long seed, Map<String, Type.OfTensor> batch) {
    return new Builder(recipe, weighted, seed, batch).build();
  }

  /** Collects states while the graph is written. */
  private static final class Builder {
    private final Recipe recipe;
    private final boolean weighted;
    private final Map<String, Type.OfTensor> batch;
    private final GraphBuilder b = new GraphBuilder("training step");
    private final Map<String, String> state = new LinkedHashMap<>();
    private final Map<String, Tensor> initial = new LinkedHashMap<>();
    private final Value random;

    Builder(Recipe recipe, boolean weighted, long seed, Map<String, Type.OfTensor> batch) {
      this.recipe = recipe;
      this.weighted = weighted;
      this.batch = batch;
      random = state("random", Tensor.vector(seed, 0));
    }

    private Value state(String name, Tensor first) {
      initial.put(name, first);
      return b.input(name, first.type());
    }

    private void next(String name, Value value) {
      b.output("next " + name, value);
      state.put(name, "next " + name);
    }

    StepGraph build() {
      List<Type.OfTensor> types =
          recipe.net().inputs().stream()
              .map(input -> batch.getOrDefault(input.name(), batched(input)))
              .toList();
      NetGraph net =
          recipe
              .net()
              .write(
                  b,
                  types,
                  true,
                  this::parameter,
                  () -> random,
                  recipe.precision().map(MixedPrecision::products));
      Flow any = net.outputs().get(0);
      Optional<Type.OfTensor> weights =
          weighted
              ? Optional.of(Type.tensor(DType.F32, Shape.of(types.get(0).shape().size(0))))
              : Optional.empty();
      LossGraph data =
          LossGraph.of(
              b,
              recipe.objective(),
              net,
              target -> batch.getOrDefault(target.name(), sized(target, any)),
              weights);
      Flow loss = data.loss();
      for (Value penalty : net.penalties()) {
        loss = loss.add(any.with(penalty));
      }
      List<Parameter> trained = trained(net);
      List<Flow> values = new ArrayList<>();
      for (Parameter p : trained) {
        Flow value = any.with(value(net, p));
        values.add(value);
        double l2 = recipe.group(p.name()).l2();
        if (l2 > 0 && p.decays()) {
          loss = loss.add(value.square().sum().mul(l2));
        }
      }
      b.output(LOSS, loss.value());
      LossGraph.outputs(b, recipe.net().outputNames(), net);
      update(net, trained, values, loss);
      return new StepGraph(b.build(), state, initial, data.targets());
    }

    /** A target that nobody has seen yet, in a batch as large as an output's. */
    private static Type.OfTensor sized(Input target, Flow output) {
      long[] sizes = batched(target).shape().sizes();
      sizes[0] = output.rank() == 0 ? sizes[0] : output.size(0);
      return Type.tensor(target.dtype(), Shape.of(sizes));
    }

    private Value parameter(Parameter p) {
      Tensor first = recipe.net().weight(p.name());
      // A frozen one is a constant: no gradient, no state, and it can be packed once.
      return p.frozen() ? b.constant(p.name(), first) : state(PARAMETER + p.name(), first);
    }

    private static Value value(NetGraph net, Parameter p) {
      Value value = net.parameters().get(p.name());
      if (value == null) {
        throw new GatunException(
            "training: parameter '" + p.name() + "' is used at inference only");
      }
      return value;
    }

    private List<Parameter> trained(NetGraph net) {
      List<Parameter> trained = new ArrayList<>();
      for (Parameter p : recipe.net().parameters()) {
        if (!p.buffer() && !p.frozen() && net.parameters().containsKey(p.name())) {
          trained.add(p);
        }
      }
      if (trained.isEmpty()) {
        throw new GatunException("training: all parameters are frozen, there is nothing to train");
      }
      return trained;
    }

    private void update(NetGraph net, List<Parameter> trained, List<Flow> values, Flow loss) {
      @Nullable LossScale scale =
          recipe.precision().filter(MixedPrecision::scales).map(p -> scale(p, loss)).orElse(null);
      List<Flow> gradients = gradients(values, loss, scale);
      Flow norm = Clipping.norm(gradients);
      b.output(NORM, norm.value());
      // inf * 0 and NaN * 0 are NaN, which equals nothing.
      Flow finite = norm.add(loss.cast(norm.dtype())).mul(0).equal(0.0);
      b.output(FINITE, finite.value());
      if (scale != null) {
        b.output(LossScale.SCALE, scale.scale().value());
        int growAfter = recipe.precision().map(MixedPrecision::growAfter).orElse(0);
        LossScale after = scale.after(finite, growAfter);
        next(LossScale.SCALE, after.scale().value());
        next(LossScale.GOOD, after.good().value());
      }
      if (recipe.gradientNorms()) {
        for (int i = 0; i < trained.size(); i++) {
          b.output(
              NORM + "/" + trained.get(i).name(), gradients.get(i).square().sum().sqrt().value());
        }
      }
      Flow apply = finite;
      if (recipe.accumulation() > 1) {
        apply = finite.and(loss.with(b.input(APPLY, Type.tensor(DType.BOOL, Shape.SCALAR))));
        gradients = accumulated(trained, gradients, finite, apply);
      }
      optimize(trained, values, recipe.clipping().apply(gradients), apply);
      for (Parameter p : recipe.net().parameters()) {
        Value before = net.parameters().get(p.name());
        if (p.buffer() && !p.frozen() && before != null) {
          Value after = net.updates().getOrDefault(p.name(), before);
          Flow kept = loss.with(after).where(finite, loss.with(before));
          next(PARAMETER + p.name(), after.equals(before) ? copy(before) : kept.value());
        }
      }
      Flow draw = loss.with(random).add(loss.constant(Tensor.vector(0, 1)));
      next("random", draw.where(finite, loss.with(random)).value());
    }

    private LossScale scale(MixedPrecision precision, Flow any) {
      Map<String, Flow> states = new LinkedHashMap<>();
      LossScale.first(precision)
          .forEach((name, first) -> states.put(name, any.with(state(name, first))));
      return new LossScale(
          Objects.requireNonNull(states.get(LossScale.SCALE)),
          Objects.requireNonNull(states.get(LossScale.GOOD)));
    }

    private List<Flow> gradients(List<Flow> values, Flow loss, @Nullable LossScale scale) {
      List<Value> wrt = values.stream().map(Flow::value).toList();
      Flow scaled = scale == null ? loss : loss.mul(scale.scale());
      List<Flow> gradients = new ArrayList<>();
      for (Value value : Gradients.of(b, scaled.value(), wrt)) {
        Flow gradient = loss.with(value);
        gradients.add(scale == null ? gradient : gradient.mul(scale.scale().reciprocal()));
      }
      return gradients;
    }

    /** A state that stays as it is must still be computed. */
    private Value copy(Value value) {
      return b.add(Identity.OP, value);
    }

    private List<Flow> accumulated(
        List<Parameter> trained, List<Flow> gradients, Flow finite, Flow apply) {
      List<Flow> sums = new ArrayList<>();
      for (int i = 0; i < trained.size(); i++) {
        String name = "sum/" + trained.get(i).name();
        Flow g = gradients.get(i);
        Flow before = g.with(state(name, zeros(trained.get(i))));
        Flow sum = before.add(g.mul(1.0 / recipe.accumulation()));
        sums.add(sum);
        Flow after = g.number(0).where(apply, sum.where(finite, before));
        next(name, after.value());
      }
      return sums;
    }

    private static Tensor zeros(Parameter p) {
      return Tensor.filled(p.dtype(), p.shape(), 0);
    }

    private void optimize(
        List<Parameter> trained, List<Flow> values, List<Flow> gradients, Flow apply) {
      Flow rate = apply.with(b.input(RATE, Type.tensor(DType.F32, Shape.SCALAR)));
      Flow step = apply.with(state("step", Tensor.scalar(DType.F64, 0)));
      Flow count = step.add(1);
      next("step", count.where(apply, step).value());
      @Nullable Averages averages =
          recipe.averaging().map(a -> averages(a, count, apply)).orElse(null);
      List<Slot> slots = recipe.optimizer().slots();
      for (int i = 0; i < trained.size(); i++) {
        Parameter p = trained.get(i);
        Flow before = values.get(i);
        List<Flow> remembered = new ArrayList<>();
        for (Slot slot : slots) {
          remembered.add(before.with(state(slot.name() + "/" + p.name(), slot.start(p.shape()))));
        }
        ParameterGroup group = recipe.group(p.name());
        double decay =
            p.decays() ? group.weightDecay().orElse(recipe.optimizer().weightDecay()) : 0;
        Flow own = group.rateFactor() == 1 ? rate : rate.mul(group.rateFactor());
        Update after =
            recipe
                .optimizer()
                .step(
                    new Update(before, remembered),
                    gradients.get(i),
                    new StepInputs(own, count, decay));
        Flow parameter = masked(Constraints.apply(after.parameter(), p, group, own), p);
        Flow kept = parameter.where(apply, before);
        next(PARAMETER + p.name(), kept.value());
        for (int s = 0; s < slots.size(); s++) {
          Flow slot = after.slot(s).where(apply, remembered.get(s));
          next(slots.get(s).name() + "/" + p.name(), slot.value());
        }
        if (averages != null) {
          String name = AVERAGE + p.name();
          Flow average = before.with(state(name, recipe.net().weight(p.name())));
          Flow moved = average.add(parameter.sub(average).mul(averages.share()));
          next(name, moved.where(averages.apply(), average).value());
        }
      }
    }

    /** Which part of the way averages go towards the weights, and whether they do. */
    private record Averages(Flow share, Flow apply) {}

    private Averages averages(Averaging averaging, Flow count, Flow apply) {
      if (averaging.decay() > 0) {
        Flow share = apply.constant(Tensor.scalar(DType.F32, 1 - averaging.decay()));
        return new Averages(share, apply);
      }
      // Steps that count: from + every, from + 2 every, ...; the n-th has the share 1 / n.
      Flow number = count.sub((double) averaging.from()).div((double) averaging.every());
      Flow due = number.equal(number.floor()).and(number.greaterEqual(1));
      return new Averages(number.max(1).reciprocal().cast(DType.F32), apply.and(due));
    }

    private Flow masked(Flow parameter, Parameter p) {
      Tensor mask = recipe.masks().get(p.name());
      return mask == null ? parameter : parameter.mul(parameter.constant(mask));
    }
  }

  /** The type of a batch of any size. */
  static Type.OfTensor batched(Input input) {
    long[] sizes = new long[input.shape().rank() + 1];
    sizes[0] = Shape.UNKNOWN;
    for (int i = 1; i < sizes.length; i++) {
      sizes[i] = input.shape().size(i - 1);
    }
    return Type.tensor(input.dtype(), Shape.of(sizes));
  }
}
