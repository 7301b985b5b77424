/** Pictures: changed for training, prepared for networks, boxes in them. */
module dev.gatun.vision {
  requires transitive dev.gatun.core;
  requires transitive dev.gatun.train;
  requires dev.gatun.formats;
  requires tools.jackson.databind;
  requires static org.jspecify;

  exports dev.gatun.vision;
  exports dev.gatun.vision.net;
}
