/** Networks of speech: waveforms sample by sample, letters to spectra and spectra to letters. */
@NullMarked
package dev.gatun.train.speech;

import org.jspecify.annotations.NullMarked;
