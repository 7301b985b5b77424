/**
 * The graph: immutable SSA of nodes and values, operator definitions, the builder and the
 * interpreter.
 */
@NullMarked
package dev.gatun.core.graph;

import org.jspecify.annotations.NullMarked;
