/** The part of Jinja that chat templates use. */
@NullMarked
package dev.gatun.text.jinja;

import org.jspecify.annotations.NullMarked;
