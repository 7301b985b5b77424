package dev.gatun.models.task;

import dev.gatun.models.generate.Continuation;

/**
 * What a network wrote.
 *
 * @param text without what ended it
 * @param words that the network wrote for it
 * @param end why there is no more
 */
public record Answer(String text, int words, Continuation.End end) {}
