package dev.gatun.formats.onnx.map;

import dev.gatun.core.graph.Value;
import dev.gatun.formats.onnx.proto.AttributeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names that nodes of one graph or function body can read.
 *
 * <p>A name is broken when the node that makes it could not be imported: nodes that read it are
 * skipped, so that one problem is reported once.
 */
final class Scope {
  private final @Nullable Scope parent;
  private final Map<String, Long> opsets;
  private final Map<String, AttributeProto> bindings;
  private final Map<String, Value> values = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final boolean function;

  private Scope(
      @Nullable Scope parent,
      Map<String, Long> opsets,
      Map<String, AttributeProto> bindings,
      boolean function) {
    this.parent = parent;
    this.function = function;
    this.opsets = opsets;
    this.bindings = bindings;
  }

  /** A scope that sees no other, of a graph with a builder of its own. */
  static Scope root(Map<String, Long> opsets, Map<String, AttributeProto> bindings) {
    return new Scope(null, opsets, bindings, false);
  }

  /** A scope that sees no other, of a function that is inlined. */
  static Scope function(Map<String, Long> opsets, Map<String, AttributeProto> bindings) {
    return new Scope(null, opsets, bindings, true);
  }

  /** True when names are those of a function, which may be inlined many times. */
  boolean isFunction() {
    return function;
  }

  /** A scope of the same builder that sees this one's names. */
  Scope child() {
    return new Scope(this, opsets, bindings, function);
  }

  Map<String, Long> opsets() {
    return opsets;
  }

  /** What the attributes of the function that is being imported are bound to. */
  Map<String, AttributeProto> bindings() {
    return bindings;
  }

  /** Defines a name; false when this scope has it already. */
  boolean define(String name, Value value) {
    return !broken.contains(name) && values.putIfAbsent(name, value) == null;
  }

  void defineBroken(String name) {
    broken.add(name);
  }

  boolean isBroken(String name) {
    return broken.contains(name)
        || !values.containsKey(name) && parent != null && parent.isBroken(name);
  }

  /** The value of a name that this very scope defines; null when it does not. */
  @Nullable Value findHere(String name) {
    return values.get(name);
  }

  /** The value of a name; null when nobody defines it. */
  @Nullable Value find(String name) {
    Value value = values.get(name);
    return value != null || parent == null ? value : parent.find(name);
  }
}
