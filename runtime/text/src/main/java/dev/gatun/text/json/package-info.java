/** Reading of settings in which every field must be known. */
@NullMarked
package dev.gatun.text.json;

import org.jspecify.annotations.NullMarked;
