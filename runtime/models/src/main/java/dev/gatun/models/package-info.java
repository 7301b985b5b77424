/** Loading, saving and running published networks. */
@NullMarked
package dev.gatun.models;

import org.jspecify.annotations.NullMarked;
