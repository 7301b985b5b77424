package dev.gatun.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Functions of one library: their addresses are found when it is opened, their method handles made
 * when they are first called.
 *
 * <p>Each new signature costs a millisecond or more of class spinning, so nothing is made in
 * advance. Pointers are longs: buffers of the plans are plain addresses.
 */
final class Functions {
  private final Map<String, MemorySegment> addresses;
  private final Map<String, MethodHandle> handles = new ConcurrentHashMap<>();

  /**
   * Finds all functions.
   *
   * @param names what must be there
   * @throws NativeLibraryException naming what is not
   */
  Functions(SymbolLookup lookup, List<String> names) {
    Map<String, MemorySegment> found = new HashMap<>();
    StringBuilder missing = new StringBuilder();
    for (String name : names) {
      lookup
          .find(name)
          .ifPresentOrElse(
              address -> found.put(name, address), () -> missing.append(' ').append(name));
    }
    if (!missing.isEmpty()) {
      throw new NativeLibraryException(
          "it lacks the functions" + missing + ": it is another library or another version");
    }
    this.addresses = Map.copyOf(found);
  }

  /**
   * The function {@code name}.
   *
   * @param signature one letter for the result and one a parameter: p pointer (a long), l 64-bit
   *     integer (a long), i 32-bit integer, c character (a byte), f float, d double, v no result
   */
  MethodHandle get(String name, String signature) {
    // Not computeIfAbsent alone: looking is free of locks.
    MethodHandle handle = handles.get(name);
    return handle != null ? handle : handles.computeIfAbsent(name, n -> make(n, signature));
  }

  private MethodHandle make(String name, String signature) {
    MemorySegment address = addresses.get(name);
    if (address == null) {
      throw new IllegalStateException("function " + name + " is not in the list of its library");
    }
    return bind(address, signature);
  }

  /** A function that a library may lack; signatures as for {@link #get}. */
  static Optional<MethodHandle> find(SymbolLookup lookup, String name, String signature) {
    return lookup.find(name).map(address -> bind(address, signature));
  }

  private static MethodHandle bind(MemorySegment address, String signature) {
    return Linker.nativeLinker().downcallHandle(address, descriptor(signature));
  }

  private static FunctionDescriptor descriptor(String signature) {
    MemoryLayout[] parameters =
        signature.chars().skip(1).mapToObj(Functions::layout).toArray(MemoryLayout[]::new);
    return signature.charAt(0) == 'v'
        ? FunctionDescriptor.ofVoid(parameters)
        : FunctionDescriptor.of(layout(signature.charAt(0)), parameters);
  }

  private static MemoryLayout layout(int letter) {
    return switch (letter) {
      case 'p', 'l' -> ValueLayout.JAVA_LONG;
      case 'i' -> ValueLayout.JAVA_INT;
      case 'c' -> ValueLayout.JAVA_BYTE;
      case 'f' -> ValueLayout.JAVA_FLOAT;
      case 'd' -> ValueLayout.JAVA_DOUBLE;
      default -> throw new IllegalArgumentException("unknown type letter " + (char) letter);
    };
  }
}
