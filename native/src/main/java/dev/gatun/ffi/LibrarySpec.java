package dev.gatun.ffi;

import java.util.List;

/**
 * A native library and the files it brings along, the main one last.
 *
 * <p>Companions are opened first: the search path inside libopenblas finds libgfortran beside it,
 * but not what libgfortran itself needs.
 */
record LibrarySpec(String title, List<String> linux, List<String> macos, List<String> windows) {
  static final LibrarySpec ONEDNN =
      new LibrarySpec(
          "oneDNN",
          List.of("libgcc_s.so.1", "libgomp.so.1", "libdnnl.so.3"),
          List.of("libomp.dylib", "libiomp5.dylib", "libdnnl.3.dylib"),
          List.of("dnnl.dll"));

  static final LibrarySpec OPENBLAS =
      new LibrarySpec(
          "OpenBLAS",
          List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0"),
          List.of(
              "libgcc_s.1.1.dylib",
              "libquadmath.0.dylib",
              "libgfortran.5.dylib",
              "libopenblas.0.dylib"),
          List.of("libopenblas.dll"));

  /** File names on {@code os} in the order in which they are opened; empty if there are none. */
  List<String> files(Platform.Os os) {
    return switch (os) {
      case LINUX -> linux;
      case MACOS -> macos;
      case WINDOWS -> windows;
      case OTHER -> List.of();
    };
  }
}
