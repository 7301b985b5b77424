/** What people want of a network, with words in and words out. */
@NullMarked
package dev.gatun.models.task;

import org.jspecify.annotations.NullMarked;
