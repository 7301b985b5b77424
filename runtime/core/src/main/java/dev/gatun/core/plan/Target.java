package dev.gatun.core.plan;

/**
 * What plans are made for.
 *
 * @param threads size of the thread team that will run the plan
 * @param weights constants and packed weights, shared by all plans of a session
 */
public record Target(Backend backend, int threads, Weights weights) {}
