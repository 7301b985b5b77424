/** SegFormer. */
@NullMarked
package dev.gatun.models.segformer;

import org.jspecify.annotations.NullMarked;
