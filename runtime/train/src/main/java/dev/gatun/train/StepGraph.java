package dev.gatun.train;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.graph.Value;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      NetGraph net = recipe.net().write(b, types, true, this::parameter, () -> random);
      Flow any = net.outputs().get(0);
      List<Input> targets = recipe.objective().targets(net.outputs());
      List<Flow> given = new ArrayList<>();
      for (Input target : targets) {
        Type.OfTensor type = batch.getOrDefault(target.name(), sized(target, any));
        given.add(any.with(b.input(target.name(), type)));
      }
      Optional<Flow> weights =
          weighted
              ? Optional.of(
                  any.with(
                      b.input(
                          WEIGHT, Type.tensor(DType.F32, Shape.of(types.get(0).shape().size(0))))))
              : Optional.empty();
      Flow loss = recipe.objective().value(net.outputs(), given, weights);
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
      List<String> names = recipe.net().outputNames();
      for (int i = 0; i < names.size(); i++) {
        b.output(names.get(i), net.outputs().get(i).value());
      }
      update(net, trained, values, loss);
      return new StepGraph(b.build(), state, initial, targets);
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
      List<Flow> gradients = new ArrayList<>();
      List<Value> wrt = values.stream().map(Flow::value).toList();
      for (Value gradient : Gradients.of(b, loss.value(), wrt)) {
        gradients.add(loss.with(gradient));
      }
      Flow norm = Clipping.norm(gradients);
      b.output(NORM, norm.value());
      // inf * 0 and NaN * 0 are NaN, which equals nothing.
      Flow finite = norm.add(loss.cast(norm.dtype())).mul(0).equal(0.0);
      b.output(FINITE, finite.value());
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

    /** A state that stays as it is must still be computed. */
    private Value copy(Value value) {
      return b.add(dev.gatun.core.op.Identity.OP, value);
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
      return Tensor.rounded(p.dtype(), p.shape(), new double[Math.toIntExact(p.elements())]);
    }

    private void optimize(
        List<Parameter> trained, List<Flow> values, List<Flow> gradients, Flow apply) {
      Flow rate = apply.with(b.input(RATE, Type.tensor(DType.F32, Shape.SCALAR)));
      Flow step = apply.with(state("step", Tensor.scalar(DType.F64, 0)));
      Flow count = step.add(1);
      next("step", count.where(apply, step).value());
      List<Slot> slots = recipe.optimizer().slots();
      for (int i = 0; i < trained.size(); i++) {
        Parameter p = trained.get(i);
        Flow before = values.get(i);
        List<Flow> remembered = new ArrayList<>();
        for (Slot slot : slots) {
          remembered.add(before.with(state(slot.name() + "/" + p.name(), first(slot, p))));
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
        Flow parameter = Constraints.apply(after.parameter(), p, group, own);
        Flow kept = parameter.where(apply, before);
        next(PARAMETER + p.name(), kept.value());
        for (int s = 0; s < slots.size(); s++) {
          Flow slot = after.slot(s).where(apply, remembered.get(s));
          next(slots.get(s).name() + "/" + p.name(), slot.value());
        }
        if (recipe.average() > 0) {
          String name = AVERAGE + p.name();
          Flow average = before.with(state(name, recipe.net().weight(p.name())));
          Flow moved = average.mul(recipe.average()).add(parameter.mul(1 - recipe.average()));
          next(name, moved.where(apply, average).value());
        }
      }
    }

    private static Tensor first(Slot slot, Parameter p) {
      Shape shape = slot.single() ? Shape.SCALAR : p.shape();
      double[] values = new double[Math.toIntExact(shape.elements())];
      Arrays.fill(values, slot.first());
      return Tensor.rounded(slot.dtype(), shape, values);
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
