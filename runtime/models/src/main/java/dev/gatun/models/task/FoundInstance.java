package dev.gatun.models.task;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.vision.Box;

/**
 * A thing in a picture and which pixels are its own.
 *
 * @param box in the picture's own pixels
 * @param mask uint8 [height, width] of the picture, 1 where the thing is
 */
public record FoundInstance(Labelled what, Box box, Tensor mask) {}
