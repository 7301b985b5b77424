package dev.gatun.models.task;

import dev.gatun.vision.Box;

/**
 * A thing in a picture.
 *
 * @param box in the picture's own pixels
 */
public record FoundObject(Labelled what, Box box) {}
