/** Bindings of native libraries through the Foreign Function and Memory API; no graph types. */
@NullMarked
package dev.gatun.ffi;

import org.jspecify.annotations.NullMarked;
