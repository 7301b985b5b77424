package dev.gatun.ffi;

import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory that was freed and that the C library keeps for later.
 *
 * <p>glibc keeps it for each thread apart. The JIT's threads need tens of megabytes for one large
 * method, and seldom again: without this, the most that each of them ever used stays resident.
 */
public final class FreedMemory {
  /** Present with glibc only. */
  private static final Optional<MethodHandle> TRIM =
      Platform.current().os() == Platform.Os.LINUX
          ? Functions.find(Linker.nativeLinker().defaultLookup(), "malloc_trim", "il")
          : Optional.empty();

  /** Whether the C library can be asked. */
  public static boolean canBeGivenBack() {
    return TRIM.isPresent();
  }

  /** Gives the pages back to the system; they return, cleared, when they are allocated again. */
  public static void giveBack() {
    if (TRIM.isPresent()) {
      try {
        int _ = (int) TRIM.get().invokeExact(0L);
      } catch (Throwable e) {
        throw NativeCall.unexpected(e);
      }
    }
  }

  private FreedMemory() {}
}
