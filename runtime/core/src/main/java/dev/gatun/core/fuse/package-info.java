/** Fused nodes: a body graph of operators that run as one kernel. */
@NullMarked
package dev.gatun.core.fuse;

import org.jspecify.annotations.NullMarked;
