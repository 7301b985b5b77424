/** Networks for pictures as torchvision lays them out. */
@NullMarked
package dev.gatun.models.vision;

import org.jspecify.annotations.NullMarked;
