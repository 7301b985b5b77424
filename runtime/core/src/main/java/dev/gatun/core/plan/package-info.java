/** Lowering: candidates choose kernels for nodes, the planner lays out memory, a plan runs them. */
@NullMarked
package dev.gatun.core.plan;

import org.jspecify.annotations.NullMarked;
