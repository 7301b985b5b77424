package dev.gatun.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Finds out why the operating system refused a library.
 *
 * <p>The JDK only says that it could not be opened, so the library is opened once more with {@code
 * dlopen} and its own error is read.
 */
final class LoaderError {
  private static final int RTLD_NOW = 2;
  private static final long MESSAGE_BYTES = 4096;

  /** The loader's message about {@code library}, and what to do about it. */
  static String explain(String library) {
    String message = message(library);
    String advice;
    if (message.contains("libstdc++")) {
      advice = "; install the C++ run-time library (libstdc++6, libstdc++)";
    } else if (message.contains("GLIBC_")) {
      advice = "; it needs a newer glibc than this system has";
    } else if (message.contains("ld-linux") || message.contains("musl")) {
      advice = "; it needs glibc, this system seems to have musl: install gcompat or do without";
    } else if (message.contains("failed to map segment")) {
      advice = "; its file system may be mounted noexec: choose another with -Dgatun.native.cache";
    } else if (message.contains("undefined symbol") || message.contains("symbol lookup")) {
      advice = "; it does not fit the libraries beside it: take all files from one release";
    } else {
      advice = "";
    }
    return message + advice;
  }

  private static String message(String library) {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> dlopen = linker.defaultLookup().find("dlopen");
    Optional<MemorySegment> dlerror = linker.defaultLookup().find("dlerror");
    if (dlopen.isEmpty() || dlerror.isEmpty()) {
      return library + " cannot be opened"; // Windows
    }
    MethodHandle open =
        linker.downcallHandle(
            dlopen.get(),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    MethodHandle error =
        linker.downcallHandle(dlerror.get(), FunctionDescriptor.of(ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle =
          (MemorySegment) open.invokeExact(arena.allocateFrom(library), RTLD_NOW);
      MemorySegment text = (MemorySegment) error.invokeExact();
      if (handle.address() != 0 || text.address() == 0) {
        return library + " could not be opened, but the loader does not say why";
      }
      return text.reinterpret(MESSAGE_BYTES).getString(0);
    } catch (Throwable e) {
      throw NativeCall.unexpected(e);
    }
  }

  private LoaderError() {}
}
