/** Commands, one file each, and what they share. */
@NullMarked
package dev.gatun.cli;

import org.jspecify.annotations.NullMarked;
