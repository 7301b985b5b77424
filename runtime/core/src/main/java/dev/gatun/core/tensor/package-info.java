/** Values at run time: tensors, sequences, optionals and maps, with their types. */
@NullMarked
package dev.gatun.core.tensor;

import org.jspecify.annotations.NullMarked;
