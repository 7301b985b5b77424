package dev.gatun.core.graph;

import dev.gatun.core.expr.Expr;
import dev.gatun.core.expr.ExprBuilder;
import dev.gatun.core.tensor.Datum;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Definition of an operator: its name, inputs, attributes, type rule and meaning.
 *
 * <p>The meaning is given one of three ways: a pointwise expression, a decomposition into other
 * operators, or reference code. The interpreter uses reference code if there is any, else the
 * expression, else the decomposition.
 */
public final class OpDef {
  /** Types of the outputs from types (and constants) of the inputs; throws ShapeException. */
  public interface TypeRule {
    List<? extends Type> infer(Operands in);
  }

  /** The value of the only output where the types of the inputs alone tell it, as for shapeOf. */
  public interface KnownValue {
    Optional<Tensor> of(Operands in);
  }

  /** Values of the outputs; slow, obvious and exact. */
  public interface Reference {
    List<? extends Datum> run(Evaluation in);
  }

  /** The expression of one output element in terms of one element of each input. */
  public interface Pointwise {
    Expr value(ExprBuilder e, Attrs attrs, List<Expr> x);
  }

  /** The same meaning in terms of other operators. */
  public interface Decomposition {
    List<Value> build(GraphBuilder b, Operands in);
  }

  /**
   * Gradients with respect to the inputs, in their order; {@link Value#ABSENT} for inputs that get
   * none, and the last ones may be left out.
   */
  public interface Gradient {
    List<Value> of(Backward g);
  }

  private final String name;
  private final int minInputs;
  private final int maxInputs;
  private final Map<String, Optional<Object>> attrs;
  private final FusionClass fusion;
  private final boolean pure;
  private final String pureWith;
  private final TypeRule types;
  private final @Nullable Reference reference;
  private final @Nullable Pointwise pointwise;
  private final @Nullable Decomposition decomposition;
  private final @Nullable KnownValue knownValue;
  private final @Nullable Gradient gradient;
  private final Predicate<Backward> covers;
  private final @Nullable Decomposition differentiable;
  private final Map<List<Integer>, OpDef> derivatives = new ConcurrentHashMap<>();

  private OpDef(Builder b, TypeRule types) {
    name = b.name;
    minInputs = b.minInputs;
    maxInputs = b.maxInputs;
    attrs = new LinkedHashMap<>(b.attrs);
    fusion = b.fusion;
    pure = b.pure;
    pureWith = b.pureWith;
    this.types = types;
    reference = b.reference;
    pointwise = b.pointwise;
    decomposition = b.decomposition;
    knownValue = b.knownValue;
    gradient = b.gradient;
    covers = b.covers;
    differentiable = b.differentiable;
  }

  /** Starts a definition. */
  public static Builder named(String name) {
    return new Builder(name);
  }

  public String name() {
    return name;
  }

  public FusionClass fusion() {
    return fusion;
  }

  /**
   * False when a node of these attributes gives another result each time, so that equal nodes are
   * not one: random operators without a seed, and control flow over such.
   */
  public boolean isPure(Attrs given) {
    if (!pure && (pureWith.isEmpty() || !given.has(pureWith))) {
      return false;
    }
    for (Object attr : given.asMap().values()) {
      if (attr instanceof Graph graph && !graph.isPure()) {
        return false;
      }
    }
    return true;
  }

  public Optional<Reference> reference() {
    return Optional.ofNullable(reference);
  }

  public Optional<Pointwise> pointwise() {
    return Optional.ofNullable(pointwise);
  }

  public Optional<Decomposition> decomposition() {
    return Optional.ofNullable(decomposition);
  }

  /** The output's value if types (and constants) alone tell it. */
  public Optional<Tensor> knownValue(Operands in) {
    return knownValue == null ? Optional.empty() : knownValue.of(in);
  }

  /** The rule for the gradient if the operator has one of its own. */
  public Optional<Gradient> gradient() {
    return Optional.ofNullable(gradient);
  }

  /** The rule for the gradient of a node if the operator has one of its own that covers it. */
  public Optional<Gradient> gradient(Backward g) {
    return gradient().filter(rule -> covers.test(g));
  }

  /** The same meaning in terms of operators that gradients flow through. */
  public Optional<Decomposition> differentiable() {
    return Optional.ofNullable(differentiable != null ? differentiable : decomposition);
  }

  /**
   * The gradient of a pointwise operator with respect to one input, itself a pointwise operator, as
   * {@link PointwiseDerivative} defines it; made once.
   */
  public OpDef derivative(int input, List<Integer> reads) {
    List<Integer> key = new ArrayList<>(reads);
    key.add(0, input);
    return derivatives.computeIfAbsent(
        List.copyOf(key), k -> PointwiseDerivative.define(this, input, reads));
  }

  /** Greatest number of inputs. */
  int maxInputs() {
    return maxInputs;
  }

  /** Names of the attributes, each with its default if it has one. */
  public Map<String, Optional<Object>> attrs() {
    return Collections.unmodifiableMap(attrs);
  }

  /** Checks attribute names and fills in defaults. */
  Attrs complete(Attrs given) {
    for (String key : given.asMap().keySet()) {
      if (!attrs.containsKey(key)) {
        throw new GatunException(
            "op '" + name + "' has no attribute '" + key + "'; it has " + attrs.keySet());
      }
    }
    Attrs result = given;
    for (Map.Entry<String, Optional<Object>> attr : attrs.entrySet()) {
      if (!given.has(attr.getKey()) && attr.getValue().isPresent()) {
        result = result.with(attr.getKey(), attr.getValue().get());
      }
    }
    return result;
  }

  /** Checks the number of inputs and infers the types of the outputs. */
  List<Type> infer(Operands in) {
    if (in.count() < minInputs || in.count() > maxInputs) {
      throw in.error(
          "takes %s inputs, got %d",
          minInputs == maxInputs
              ? String.valueOf(minInputs)
              : maxInputs == Integer.MAX_VALUE
                  ? minInputs + " or more"
                  : minInputs + " to " + maxInputs,
          in.count());
    }
    try {
      return List.copyOf(types.infer(in));
    } catch (GatunException e) {
      String message = String.valueOf(e.getMessage());
      // Attributes and shapes do not know whose they are.
      throw message.startsWith("op '") ? e : in.error("%s", message);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /** Collects a definition; {@link #define} ends it. */
  public static final class Builder {
    private final String name;
    private int minInputs = 1;
    private int maxInputs = 1;
    private final Map<String, Optional<Object>> attrs = new LinkedHashMap<>();
    private FusionClass fusion = FusionClass.OPAQUE;
    private boolean pure = true;
    private String pureWith = "";
    private @Nullable TypeRule types;
    private @Nullable Reference reference;
    private @Nullable Pointwise pointwise;
    private @Nullable Decomposition decomposition;
    private @Nullable KnownValue knownValue;
    private @Nullable Gradient gradient;
    private Predicate<Backward> covers = g -> true;
    private @Nullable Decomposition differentiable;

    private Builder(String name) {
      this.name = name;
    }

    /** Exactly this many inputs. */
    public Builder inputs(int count) {
      return inputs(count, count);
    }

    /** Between {@code min} and {@code max} inputs; the optional ones may be absent in between. */
    public Builder inputs(int min, int max) {
      minInputs = min;
      maxInputs = max;
      return this;
    }

    /** An attribute with its default. */
    public Builder attr(String attr, Object byDefault) {
      attrs.put(attr, Optional.of(byDefault));
      return this;
    }

    /** An attribute that may be missing or must be given: the type rule says which. */
    public Builder attr(String attr) {
      attrs.put(attr, Optional.empty());
      return this;
    }

    public Builder fusion(FusionClass value) {
      fusion = value;
      return this;
    }

    /** Marks an operator that gives another result each time unless it has the attribute. */
    public Builder impureUnless(String attr) {
      pure = false;
      pureWith = attr;
      return this;
    }

    public Builder types(TypeRule rule) {
      types = rule;
      return this;
    }

    public Builder reference(Reference code) {
      reference = code;
      return this;
    }

    public Builder decompose(Decomposition rule) {
      decomposition = rule;
      return this;
    }

    /** A pointwise operator over {@code count} broadcast inputs; the type rule follows from it. */
    public Builder pointwise(int count, Pointwise expression) {
      inputs(count);
      fusion = FusionClass.ELEMENTWISE;
      pointwise = expression;
      if (types == null) {
        types = in -> List.of(PointwiseTypes.infer(in, expression));
      }
      return this;
    }

    /** Says when the output follows from the inputs' types alone. */
    public Builder knownValue(KnownValue rule) {
      knownValue = rule;
      return this;
    }

    /**
     * How gradients flow back. Without a rule that of a pointwise operator follows from its
     * expression and that of a composite one from what it consists of.
     */
    public Builder gradient(Gradient rule) {
      gradient = rule;
      return this;
    }

    /**
     * How gradients flow back for some nodes; others are differentiated as what they consist of.
     */
    public Builder gradientWhere(Predicate<Backward> nodes, Gradient rule) {
      covers = nodes;
      return gradient(rule);
    }

    /**
     * What the operator consists of as far as gradients are concerned; it is compiled and
     * interpreted as one.
     */
    public Builder differentiateAs(Decomposition rule) {
      differentiable = rule;
      return this;
    }

    /**
     * Gradients end here: the result does not change, or jumps, where an input changes a little.
     */
    public Builder flat() {
      return gradient(g -> List.of());
    }

    /** Ends the definition. */
    public OpDef define() {
      if (types == null) {
        throw new IllegalStateException("op '" + name + "' has no type rule");
      }
      if (reference == null && pointwise == null && decomposition == null) {
        throw new IllegalStateException("op '" + name + "' has no meaning");
      }
      return new OpDef(this, types);
    }
  }
}
