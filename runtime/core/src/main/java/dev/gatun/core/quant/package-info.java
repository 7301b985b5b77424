/** Models of 8-bit integers made from models of float32, on request only. */
@NullMarked
package dev.gatun.core.quant;

import org.jspecify.annotations.NullMarked;
