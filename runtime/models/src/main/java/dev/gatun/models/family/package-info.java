/** What a family of networks tells about itself: inputs, results, parameters, loss. */
@NullMarked
package dev.gatun.models.family;

import org.jspecify.annotations.NullMarked;
