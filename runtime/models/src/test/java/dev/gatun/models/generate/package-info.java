@NullMarked
package dev.gatun.models.generate;

import org.jspecify.annotations.NullMarked;
