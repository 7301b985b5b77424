/** The command line; the runtime image starts here. */
module dev.gatun.cli {
  requires dev.gatun.formats;
  requires dev.gatun.kernels;
  requires dev.gatun.ffi;
  requires dev.gatun.models;
  requires dev.gatun.train;
  requires dev.gatun.vision;
  requires info.picocli;
  requires tools.jackson.databind;
  requires static java.desktop;
  requires static org.jspecify;

  opens dev.gatun.cli to
      info.picocli;
}
