/** Readers and writers of model and tensor files; nothing that they read is trusted. */
module dev.gatun.formats {
  requires transitive dev.gatun.core;
  requires tools.jackson.databind;
  requires static java.desktop;
  requires static org.jspecify;

  exports dev.gatun.formats;
  exports dev.gatun.formats.onnx;
  exports dev.gatun.formats.onnx.conformance;
  exports dev.gatun.formats.onnx.proto;
}
