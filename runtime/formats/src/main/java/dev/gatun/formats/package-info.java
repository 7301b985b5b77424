/** Tensor files: safetensors, npy and npz behind one reader. */
@NullMarked
package dev.gatun.formats;

import org.jspecify.annotations.NullMarked;
