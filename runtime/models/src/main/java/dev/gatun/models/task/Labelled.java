package dev.gatun.models.task;

/**
 * A class and how sure the network is of it.
 *
 * @param number of the class
 * @param label its name; the number where the network has no names
 * @param score 0 to 1
 */
public record Labelled(int number, String label, double score) {}
