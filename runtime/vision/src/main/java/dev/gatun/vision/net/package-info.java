/** Networks that find things in pictures, and what they are trained by. */
@NullMarked
package dev.gatun.vision.net;

import org.jspecify.annotations.NullMarked;
