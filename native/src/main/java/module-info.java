/** Foreign-function bindings of oneDNN and OpenBLAS, and how their libraries are found. */
module dev.gatun.ffi {
  requires static org.jspecify;

  exports dev.gatun.ffi;
}
