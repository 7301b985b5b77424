package dev.gatun.core.plan;

import dev.gatun.ffi.Arguments;
import dev.gatun.ffi.OneDnnPrimitive;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A primitive of oneDNN with one set of arguments for each thread that runs it at the same time.
 *
 * <p>Sets are made when they are first needed and kept; a thread finds the one it used last in its
 * own place. Taking and giving back allocate nothing from then on.
 */
final class SharedPrimitive implements AutoCloseable {
  private static final int PLACES = 64;

  private final OneDnnPrimitive primitive;
  private final AtomicReferenceArray<Arguments> idle = new AtomicReferenceArray<>(PLACES);

  SharedPrimitive(OneDnnPrimitive primitive) {
    this.primitive = primitive;
  }

  OneDnnPrimitive primitive() {
    return primitive;
  }

  Arguments take() {
    int home = home();
    for (int i = 0; i < PLACES; i++) {
      int place = home + i & PLACES - 1;
      if (idle.get(place) != null) {
        Arguments found = idle.getAndSet(place, null);
        if (found != null) {
          return found;
        }
      }
    }
    return primitive.arguments();
  }

  void give(Arguments arguments) {
    int home = home();
    for (int i = 0; i < PLACES; i++) {
      if (idle.compareAndSet(home + i & PLACES - 1, null, arguments)) {
        return;
      }
    }
    arguments.close();
  }

  private static int home() {
    return (int) Thread.currentThread().threadId() & PLACES - 1;
  }

  /** Releases everything; no thread may run the primitive now or later. */
  @Override
  public void close() {
    for (int i = 0; i < PLACES; i++) {
      Arguments arguments = idle.getAndSet(i, null);
      if (arguments != null) {
        arguments.close();
      }
    }
    primitive.close();
  }
}
