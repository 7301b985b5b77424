package dev.gatun.vision;

/**
 * Something that was found.
 *
 * @param label number of the class
 * @param score how sure, 0 to 1
 */
public record Detection(int label, double score, Box box) {}
