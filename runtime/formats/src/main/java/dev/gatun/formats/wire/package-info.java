/** The protobuf wire format, read from memory without copying. */
@NullMarked
package dev.gatun.formats.wire;

import org.jspecify.annotations.NullMarked;
