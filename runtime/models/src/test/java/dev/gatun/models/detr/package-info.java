@NullMarked
package dev.gatun.models.detr;

import org.jspecify.annotations.NullMarked;
