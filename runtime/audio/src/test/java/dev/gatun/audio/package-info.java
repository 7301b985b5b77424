/** Sound: files, resampling, spectra and the features that speech networks take. */
@NullMarked
package dev.gatun.audio;

import org.jspecify.annotations.NullMarked;
