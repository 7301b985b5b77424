package dev.gatun.train.inspect;

/**
 * What the network is given.
 *
 * @param features numbers a sample
 * @param constant how many of them are the same in all samples
 * @param mean of all numbers
 * @param deviation of all numbers
 * @param least deviation of the feature that varies least, constant ones left out
 * @param most deviation of the feature that varies most
 */
public record InputStatistics(
    String name,
    int features,
    int constant,
    double mean,
    double deviation,
    double least,
    double most) {}
