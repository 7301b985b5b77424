/** Sound: files, resampling, spectra and the features that speech networks take. */
module dev.gatun.audio {
  requires transitive dev.gatun.core;
  requires dev.gatun.formats;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.gatun.audio;
}
