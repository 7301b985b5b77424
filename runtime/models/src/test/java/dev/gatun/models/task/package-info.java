@NullMarked
package dev.gatun.models.task;

import org.jspecify.annotations.NullMarked;
