package dev.gatun.train;

/**
 * What a step came to.
 *
 * @param epoch from 1
 * @param batch position in the epoch from 0
 * @param step number of the batch from 1, over all epochs
 * @param samples in the batch
 * @param gradientNorm length of all gradients as one vector, before clipping
 */
public record StepRecord(
    long epoch,
    long batch,
    long step,
    int samples,
    double loss,
    double rate,
    double gradientNorm) {}
