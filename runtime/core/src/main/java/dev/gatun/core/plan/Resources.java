package dev.gatun.core.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * What the kernels of one program hold outside the heap besides weights: primitives of oneDNN. They
 * live as long as the program, so that programs which are dropped for newer ones leave nothing
 * behind.
 */
public final class Resources implements AutoCloseable {
  private final List<AutoCloseable> owned = new ArrayList<>();

  /** Takes over something to close; returns it. */
  synchronized <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  /** Closes everything, the latest first; no kernel of the program may run afterwards. */
  @Override
  public synchronized void close() {
    RuntimeException failure = null;
    for (AutoCloseable resource : owned.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        RuntimeException wrapped =
            e instanceof RuntimeException r ? r : new IllegalStateException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    owned.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
