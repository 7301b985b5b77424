/** Classic features of texts. */
@NullMarked
package dev.gatun.text.feature;

import org.jspecify.annotations.NullMarked;
