/** The operators, one file each, and the list of them. */
@NullMarked
package dev.gatun.core.op;

import org.jspecify.annotations.NullMarked;
