/** Residual networks as Hugging Face lays them out. */
@NullMarked
package dev.gatun.models.resnet;

import org.jspecify.annotations.NullMarked;
