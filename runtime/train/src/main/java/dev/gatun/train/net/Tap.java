package dev.gatun.train.net;

import dev.gatun.core.graph.Value;

/**
 * Where a layer that has no layers in it can be looked at.
 *
 * @param layer its name, with a number when it is applied again
 * @param kind what it is, such as {@code dense} or {@code relu}
 * @param input what it was applied to
 * @param output what it made of it
 */
public record Tap(String layer, String kind, Value input, Value output) {}
