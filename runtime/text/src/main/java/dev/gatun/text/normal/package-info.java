/** First step: normalizers, with each character's place in the original text. */
@NullMarked
package dev.gatun.text.normal;

import org.jspecify.annotations.NullMarked;
