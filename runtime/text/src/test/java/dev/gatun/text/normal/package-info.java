/** Tests of the normalizers. */
@NullMarked
package dev.gatun.text.normal;

import org.jspecify.annotations.NullMarked;
