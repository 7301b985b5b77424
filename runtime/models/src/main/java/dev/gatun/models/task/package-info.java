/** What people want of a network: words in and words out, pictures in and names out. */
@NullMarked
package dev.gatun.models.task;

import org.jspecify.annotations.NullMarked;
