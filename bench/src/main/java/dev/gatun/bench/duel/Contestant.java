package dev.gatun.bench.duel;

import java.nio.file.Path;

/**
 * What both engines run, and on what.
 *
 * @param name for reports
 * @param model as {@link Engine#load} takes it: a file or the name of a net
 * @param inputs for {@link dev.gatun.bench.measure.Sample#read}
 */
public record Contestant(String name, String model, Path inputs) {}
