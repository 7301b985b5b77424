/** Trainings that are ready to use: networks, data and settings that go together. */
@NullMarked
package dev.gatun.train.recipe;

import org.jspecify.annotations.NullMarked;
