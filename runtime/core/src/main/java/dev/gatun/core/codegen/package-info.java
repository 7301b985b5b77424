/** Kernels generated at run time: scalar expressions become vector loops in hidden classes. */
@NullMarked
package dev.gatun.core.codegen;

import org.jspecify.annotations.NullMarked;
