/** Pieces that several families are made of. */
@NullMarked
package dev.gatun.models.part;

import org.jspecify.annotations.NullMarked;
