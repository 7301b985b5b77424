/** Networks that people download, from Hugging Face folders and state dicts. */
module dev.gatun.models {
  requires transitive dev.gatun.core;
  requires transitive dev.gatun.train;
  requires transitive dev.gatun.text;
  requires transitive dev.gatun.audio;
  requires transitive dev.gatun.vision;
  requires dev.gatun.formats;
  requires java.net.http;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.gatun.models;
  exports dev.gatun.models.family;
  exports dev.gatun.models.generate;
  exports dev.gatun.models.hub;
  exports dev.gatun.models.task;
  exports dev.gatun.models.speech;
}
