/** Networks: layers, parameters, and the graphs that follow from them. */
@NullMarked
package dev.gatun.train.net;

import org.jspecify.annotations.NullMarked;
