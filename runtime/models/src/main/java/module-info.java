/** Networks that people download, from Hugging Face folders and state dicts. */
module dev.gatun.models {
  requires transitive dev.gatun.core;
  requires transitive dev.gatun.train;
  requires dev.gatun.formats;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.gatun.models;
  exports dev.gatun.models.family;
  exports dev.gatun.models.generate;
}
