/** Models and sessions: compiling for the shapes that arrive, and running. */
@NullMarked
package dev.gatun.core.exec;

import org.jspecify.annotations.NullMarked;
