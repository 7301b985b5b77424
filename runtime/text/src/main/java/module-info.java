/** Tokenizers: text to numbers and back, exactly as the files of published models say. */
module dev.gatun.text {
  requires transitive dev.gatun.core;
  requires dev.gatun.formats;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.gatun.text;
  exports dev.gatun.text.feature;
}
