package dev.gatun.vision;

/**
 * A thing on its way through a video.
 *
 * @param id a number that no other track of the video has
 * @param label number of its class
 * @param score of the latest detection
 * @param box where it is in this frame: found and smoothed, or where it should be if it was missed
 * @param seen in how many frames it was found
 * @param missed for how many frames it has not been found, 0 if it was found in this one
 */
public record Track(long id, int label, double score, Box box, int seen, int missed) {}
