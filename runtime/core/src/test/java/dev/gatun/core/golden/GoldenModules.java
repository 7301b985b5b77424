package dev.gatun.core.golden;

import dev.gatun.core.autodiff.Gradients;
import dev.gatun.core.graph.Attrs;
import dev.gatun.core.graph.Value;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How each golden module is written with ordinary operators, by its formula in the file. */
final class GoldenModules {
  /** Name of the case to the graph of its outputs. */
  static Map<String, GoldenOps.Builder> all() {
    Map<String, GoldenOps.Builder> map = new HashMap<>();
    one(map, "capsule_squash", s -> squash(s, s.in("s")));
    one(map, "capsule_routing", GoldenModules::routing);
    one(map, "ntm_addressing", GoldenModules::addressing);
    several(map, "bahdanau_attention", GoldenModules::bahdanau);
    several(map, "luong_attention", GoldenModules::luong);
    several(map, "wavenet_block", GoldenModules::wavenet);
    several(map, "realnvp_coupling", GoldenModules::coupling);
    several(map, "glow_invertible_1x1", GoldenModules::invertible);
    one(map, "timestep_embedding", GoldenModules::timesteps);
    one(map, "positional_encoding", GoldenModules::positions);
    one(map, "rotary_embedding", GoldenModules::rotary);
    several(map, "ddpm_steps", GoldenModules::diffusion);
    several(map, "vector_quantize", GoldenModules::quantize);
    one(map, "stylegan2_modulated_conv", GoldenModules::modulated);
    one(map, "adain", GoldenModules::adaptiveNorm);
    one(map, "gae", GoldenModules::advantages);
    one(map, "ppo_clip", GoldenModules::clippedPolicy);
    one(map, "gumbel_softmax", s -> s.softmax(s.mul(s.add(s.in("l"), s.in("g")), 1 / 0.7), -1));
    one(map, "spectral_norm", GoldenModules::spectral);
    one(map, "gradient_penalty", GoldenModules::penalty);
    one(map, "maml_inner", GoldenModules::innerStep);
    one(map, "prototypical_logits", GoldenModules::prototypes);
    one(map, "lora_linear", GoldenModules::lora);
    one(map, "distillation_loss", GoldenModules::distillation);
    return map;
  }

  private interface One {
    Value build(Sheet s);
  }

  private interface Several {
    List<Value> build(Sheet s);
  }

  private static void one(Map<String, GoldenOps.Builder> map, String name, One builder) {
    map.put(
        name,
        c -> {
          Sheet s = new Sheet(c);
          return List.of(s.as(c.names("outputs").get(0), builder.build(s)));
        });
  }

  private static void several(Map<String, GoldenOps.Builder> map, String name, Several builder) {
    map.put(
        name,
        c -> {
          Sheet s = new Sheet(c);
          List<Value> outputs = new ArrayList<>();
          List<Value> built = builder.build(s);
          for (int i = 0; i < built.size(); i++) {
            outputs.add(s.as(c.names("outputs").get(i), built.get(i)));
          }
          return outputs;
        });
  }

  private static Value squash(Sheet s, Value x) {
    Value norm = s.sum(s.square(x), true, -1);
    Value factor = s.div(s.div(norm, s.add(norm, 1)), s.sqrt(s.add(norm, 1e-8)));
    return s.mul(x, factor);
  }

  private static Value routing(Sheet s) {
    Value u = s.in("u");
    Value b = s.mul(s.sum(u, false, 3), 0);
    Value v = u;
    long iterations = s.c().integer("iterations", 3);
    for (long i = 0; i < iterations; i++) {
      v = squash(s, s.einsum("bio,biod->bod", s.softmax(b, 2), u));
      b = s.add(b, s.einsum("biod,bod->bio", u, v));
    }
    return v;
  }

  private static Value addressing(Sheet s) {
    Value memory = s.in("memory");
    Value key = s.unsqueeze(s.in("key"), 1);
    Value dot = s.sum(s.mul(memory, key), false, 2);
    Value norms =
        s.mul(s.sqrt(s.sum(s.square(memory), false, 2)), s.sqrt(s.sum(s.square(key), false, 2)));
    Value strength = s.c().node("softplus", s.in("beta"));
    Value content = s.softmax(s.mul(strength, s.div(dot, norms)), -1);
    Value gate = s.c().node("sigmoid", s.in("gate"));
    Value gated = s.add(s.mul(gate, content), s.mul(s.rest(gate), s.in("prev")));
    Value shifts = s.softmax(s.in("shift"), -1);
    Value moved = s.mul(gated, 0);
    for (int k = 0; k < 3; k++) {
      Value rolled =
          s.c().node("roll", Attrs.of("shifts", new long[] {k - 1}, "axes", new long[] {1}), gated);
      moved = s.add(moved, s.mul(s.slice(shifts, 1, k, k + 1), rolled));
    }
    Value power = s.add(s.c().node("softplus", s.in("gamma")), 1);
    Value sharp = s.c().node("pow", moved, power);
    return s.div(sharp, s.sum(sharp, true, -1));
  }

  private static List<Value> bahdanau(Sheet s) {
    Value query = s.unsqueeze(s.matmul(s.in("q"), s.in("w1")), 1);
    Value hidden = s.c().node("tanh", s.add(query, s.matmul(s.in("k"), s.in("w2"))));
    Value weights = s.softmax(s.matmul(hidden, s.in("v")), -1);
    return List.of(s.einsum("bt,btd->bd", weights, s.in("k")), weights);
  }

  private static List<Value> luong(Sheet s) {
    Value scores = s.einsum("bd,btd->bt", s.matmul(s.in("q"), s.in("w")), s.in("k"));
    Value weights = s.softmax(scores, -1);
    return List.of(s.einsum("bt,btd->bd", weights, s.in("k")), weights);
  }

  private static List<Value> wavenet(Sheet s) {
    long dilation = s.c().integer("dilation", 1);
    long reach = dilation * (s.size(s.in("wf"), 2) - 1);
    Attrs causal = Attrs.of("pads", new long[] {reach, 0}, "dilations", new long[] {dilation});
    Value filter = s.c().node("tanh", s.c().node("conv", causal, s.in("x"), s.in("wf")));
    Value gate = s.c().node("sigmoid", s.c().node("conv", causal, s.in("x"), s.in("wg")));
    Value z = s.mul(filter, gate);
    return List.of(
        s.add(s.in("x"), s.c().node("conv", z, s.in("wr"))), s.c().node("conv", z, s.in("ws")));
  }

  private static List<Value> coupling(Sheet s) {
    Value x = s.in("x");
    long half = s.size(x, 1) / 2;
    Value kept = s.slice(x, 1, 0, half);
    Value scale = s.c().node("tanh", s.add(s.matmul(kept, s.in("ws")), s.in("bs")));
    Value shift = s.add(s.matmul(kept, s.in("wt")), s.in("bt"));
    Value moved = s.add(s.mul(s.slice(x, 1, half, 2 * half), s.c().node("exp", scale)), shift);
    return List.of(s.concat(1, kept, moved), s.sum(scale, false, 1));
  }

  private static List<Value> invertible(Sheet s) {
    Value x = s.in("x");
    double pixels = (double) s.size(x, 2) * s.size(x, 3);
    Value det = s.c().node("log", s.c().node("abs", s.c().node("det", s.in("w"))));
    return List.of(s.einsum("oc,nchw->nohw", s.in("w"), x), s.mul(det, pixels));
  }

  private static double[] frequencies(long half) {
    double[] frequencies = new double[(int) half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = Math.pow(10000, -(double) i / half);
    }
    return frequencies;
  }

  private static Value timesteps(Sheet s) {
    long half = s.c().integer("dim", 0) / 2;
    Value t = s.c().node("cast", Attrs.of("to", DType.F32), s.unsqueeze(s.in("t"), 1));
    Value angles = s.mul(t, s.constant(frequencies(half), half));
    return s.concat(1, s.c().node("cos", angles), s.c().node("sin", angles));
  }

  /** Row p, column i: p times frequency i. */
  private static Value angles(Sheet s, long length, long half) {
    double[] places = new double[(int) length];
    Arrays.setAll(places, p -> p);
    return s.mul(s.constant(places, length, 1), s.constant(frequencies(half), half));
  }

  private static Value positions(Sheet s) {
    long length = s.c().integer("length", 0);
    long dim = s.c().integer("dim", 0);
    Value angles = angles(s, length, dim / 2);
    Value sin = s.unsqueeze(s.c().node("sin", angles), 2);
    Value cos = s.unsqueeze(s.c().node("cos", angles), 2);
    return s.reshape(s.concat(2, sin, cos), length, dim);
  }

  private static Value rotary(Sheet s) {
    Value x = s.in("x");
    Value angles = angles(s, s.size(x, 2), s.size(x, 3) / 2);
    return s.c().node("rope", x, s.c().node("cos", angles), s.c().node("sin", angles));
  }

  private static List<Value> diffusion(Sheet s) {
    int[] steps = {10, 500, 900};
    double[] kept = new double[1000]; // the products of 1 - beta
    double product = 1;
    for (int t = 0; t < kept.length; t++) {
      product *= 1 - beta(t);
      kept[t] = product;
    }
    Value signal = perRow(s, steps, t -> Math.sqrt(kept[t]));
    Value noise = perRow(s, steps, t -> Math.sqrt(1 - kept[t]));
    Value xt = s.add(s.mul(signal, s.in("x0")), s.mul(noise, s.in("noise")));
    Value pred = s.in("pred");
    Value share = perRow(s, steps, t -> beta(t) / Math.sqrt(1 - kept[t]));
    Value scale = perRow(s, steps, t -> 1 / Math.sqrt(1 - beta(t)));
    Value mean = s.mul(scale, s.sub(xt, s.mul(share, pred)));
    Value origin = s.div(s.sub(xt, s.mul(noise, pred)), signal);
    Value before = perRow(s, steps, t -> Math.sqrt(kept[t - 10]));
    Value left = perRow(s, steps, t -> Math.sqrt(1 - kept[t - 10]));
    return List.of(xt, mean, s.add(s.mul(before, origin), s.mul(left, pred)));
  }

  private static double beta(int t) {
    return 1e-4 + (0.02 - 1e-4) * t / 999;
  }

  private static Value perRow(Sheet s, int[] steps, java.util.function.IntToDoubleFunction of) {
    return s.constant(Arrays.stream(steps).mapToDouble(of).toArray(), steps.length, 1);
  }

  private static List<Value> quantize(Sheet s) {
    Value x = s.in("x");
    Value e = s.in("e");
    Value difference = s.sub(s.unsqueeze(x, 1), s.unsqueeze(e, 0));
    Value distances = s.sum(s.square(difference), false, 2);
    Value index = s.c().node("argMin", Attrs.of("axis", 1, "keepDims", false), distances);
    Value code = s.c().node("gather", e, index);
    Value commitment = s.mean(s.square(s.sub(x, s.stop(code))));
    Value codebook = s.mean(s.square(s.sub(code, s.stop(x))));
    return List.of(
        s.c().node("straightThrough", x, code), index, s.add(s.mul(commitment, 0.25), codebook));
  }

  private static Value modulated(Sheet s) {
    Value x = s.in("x");
    Value w = s.in("w");
    long batch = s.size(x, 0);
    Value weights = s.mul(s.unsqueeze(w, 0), s.unsqueeze(s.in("s"), 1, 3, 4));
    Value norm = s.add(s.sum(s.square(weights), true, 2, 3, 4), 1e-8);
    weights = s.mul(weights, s.c().node("rsqrt", norm));
    weights = s.reshape(weights, batch * s.size(w, 0), s.size(w, 1), s.size(w, 2), s.size(w, 3));
    Value images = s.reshape(x, 1, batch * s.size(x, 1), s.size(x, 2), s.size(x, 3));
    Attrs attrs = Attrs.of("groups", batch, "pads", new long[] {1, 1, 1, 1});
    return s.c().node("conv", attrs, images, weights);
  }

  private static Value adaptiveNorm(Sheet s) {
    Value x = s.in("x");
    long channels = s.size(x, 1);
    double[] ones = new double[(int) channels];
    Arrays.fill(ones, 1);
    Value zeros = s.constant(new double[ones.length], channels);
    Value normal = s.c().node("instanceNorm", x, s.constant(ones, channels), zeros);
    Value scaled = s.mul(normal, s.unsqueeze(s.in("s"), 2, 3));
    return s.add(scaled, s.unsqueeze(s.in("b"), 2, 3));
  }

  private static Value advantages(Sheet s) {
    double gamma = 0.99;
    long steps = s.size(s.in("rew"), 0);
    List<Value> advantages = new ArrayList<>();
    Value next = s.mul(s.slice(s.in("rew"), 0, 0, 1), 0);
    for (long t = steps - 1; t >= 0; t--) {
      Value goesOn = s.rest(s.slice(s.in("done"), 0, t, t + 1));
      Value later = s.mul(s.mul(s.slice(s.in("val"), 0, t + 1, t + 2), goesOn), gamma);
      Value now = s.slice(s.in("val"), 0, t, t + 1);
      Value delta = s.sub(s.add(s.slice(s.in("rew"), 0, t, t + 1), later), now);
      next = s.add(delta, s.mul(s.mul(goesOn, next), gamma * 0.95));
      advantages.add(next);
    }
    Collections.reverse(advantages);
    return s.concat(0, advantages.toArray(Value[]::new));
  }

  private static Value clippedPolicy(Sheet s) {
    Value ratio = s.c().node("exp", s.sub(s.in("new"), s.in("old")));
    Value clipped = s.c().node("clip", Attrs.of("min", 0.8, "max", 1.2), ratio);
    Value least = s.c().node("min", s.mul(ratio, s.in("adv")), s.mul(clipped, s.in("adv")));
    return s.mul(s.mean(least), -1);
  }

  /** Singular vectors by power iteration; the gradient of the singular value is their product. */
  private static Value spectral(Sheet s) {
    Value w = s.in("w");
    double[] start = new double[(int) s.size(w, 1)];
    Arrays.setAll(start, i -> 1 + 0.1 * i);
    Value v = s.constant(start, start.length, 1);
    Value u = v;
    for (int i = 0; i < 300; i++) {
      u = unit(s, s.matmul(w, v));
      v = unit(s, s.c().node("matmul", Attrs.of("transposeA", true), w, u));
    }
    Value right = s.matmul(w, s.stop(v));
    Value sigma = s.total(s.mul(s.stop(u), right));
    return s.div(w, sigma);
  }

  private static Value unit(Sheet s, Value x) {
    return s.div(x, s.sqrt(s.total(s.square(x))));
  }

  private static Value penalty(Sheet s) {
    Value x = s.in("x");
    Value d = s.matmul(s.c().node("tanh", s.matmul(x, s.in("w1"))), s.in("w2"));
    Value slope = Gradients.of(s.c().builder(), s.total(d), List.of(x)).get(0);
    Value norm = s.sqrt(s.sum(s.square(slope), false, 1));
    return s.mean(s.square(s.add(norm, -1)));
  }

  private static Value innerStep(Sheet s) {
    Value w = s.in("w");
    Value support = s.mean(s.square(s.sub(s.matmul(s.in("xs"), w), s.in("ys"))));
    Value slope = Gradients.of(s.c().builder(), support, List.of(w)).get(0);
    Value adapted = s.sub(w, s.mul(slope, 0.1));
    return s.mean(s.square(s.sub(s.matmul(s.in("xq"), adapted), s.in("yq"))));
  }

  private static Value prototypes(Sheet s) {
    Value means = s.c().node("reduceMean", Attrs.of("keepDims", false), s.in("s"), s.c().vector(1));
    Value difference = s.sub(s.unsqueeze(s.in("q"), 1), s.unsqueeze(means, 0));
    return s.mul(s.sum(s.square(difference), false, 2), -1);
  }

  private static Value lora(Sheet s) {
    double scale = 8.0 / s.size(s.in("a"), 0);
    Value low = s.matmulTransposed(s.matmulTransposed(s.in("x"), s.in("a")), s.in("b"));
    return s.add(s.matmulTransposed(s.in("x"), s.in("w")), s.mul(low, scale));
  }

  private static Value distillation(Sheet s) {
    double temperature = 4;
    Value student = s.in("s");
    long rows = s.size(student, 0);
    Value labels = s.c().builder().constant(Tensor.vector(Distilled.labels(s.c(), temperature)));
    Value hard = s.c().node("softmaxCrossEntropy", student, labels);
    Value soft = s.c().node("logSoftmax", s.mul(student, 1 / temperature));
    Value teacher = s.c().node("logSoftmax", s.mul(s.in("t"), 1 / temperature));
    Value terms = s.mul(s.c().node("exp", teacher), s.sub(teacher, soft));
    Value divergence = s.mul(s.total(terms), temperature * temperature / rows);
    return s.mul(s.add(hard, divergence), 0.5);
  }

  private GoldenModules() {}
}
