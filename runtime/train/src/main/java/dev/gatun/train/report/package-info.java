/** Curves of a training: as tables, pictures, TensorBoard's event files and a live page. */
@NullMarked
package dev.gatun.train.report;

import org.jspecify.annotations.NullMarked;
