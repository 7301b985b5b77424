@NullMarked
package dev.gatun.models.llava;

import org.jspecify.annotations.NullMarked;
