package dev.gatun.core.exec;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Moves values between states, and rows within one. */
final class StateCopies {
  /** Copies a state into one that is as large or larger along each axis. */
  static void take(StateMemory.Entry from, StateMemory.Entry to) {
    Shape small = from.type().shape();
    Shape large = to.type().shape();
    boolean fits = from.type().dtype() == to.type().dtype() && small.rank() == large.rank();
    for (int i = 0; fits && i < small.rank(); i++) {
      fits = small.size(i) <= large.size(i);
    }
    if (!fits) {
      throw new ShapeException(
          "state '" + to.name() + "' (" + to.type() + ") cannot take " + from.type());
    }
    copy(from, to, 0, 0, 0);
  }

  private static void copy(
      StateMemory.Entry from, StateMemory.Entry to, int axis, long fromAt, long toAt) {
    Shape small = from.type().shape();
    Shape large = to.type().shape();
    int bytes = from.type().dtype().bytes();
    if (rest(small, axis) == rest(large, axis)) {
      MemorySegment.copy(
          from.memory(), fromAt * bytes, to.memory(), toAt * bytes, rest(small, axis) * bytes);
      return;
    }
    for (long i = 0; i < small.size(axis); i++) {
      long fromNext = fromAt + i * rest(small, axis + 1);
      copy(from, to, axis + 1, fromNext, toAt + i * rest(large, axis + 1));
    }
  }

  /** Number of elements of all axes from one on. */
  private static long rest(Shape shape, int axis) {
    long count = 1;
    for (int i = axis; i < shape.rank(); i++) {
      count *= shape.size(i);
    }
    return count;
  }

  /** Row r of the first axis becomes what row {@code from[r]} was. */
  static void takeRows(StateMemory.Entry entry, int[] from) {
    Shape shape = entry.type().shape();
    if (shape.rank() == 0 || shape.size(0) != from.length) {
      throw new ShapeException(
          "state '" + entry.name() + "' (" + entry.type() + ") has no " + from.length + " rows");
    }
    long row = from.length == 0 ? 0 : entry.memory().byteSize() / from.length;
    int moved = 0;
    for (int r = 0; r < from.length; r++) {
      if (from[r] < 0 || from[r] >= from.length) {
        throw new ShapeException("state '" + entry.name() + "' has no row " + from[r]);
      }
      moved += from[r] == r ? 0 : 1;
    }
    if (moved == 0 || row == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(moved * row);
      for (int r = 0, n = 0; r < from.length; r++) {
        if (from[r] != r) {
          MemorySegment.copy(entry.memory(), from[r] * row, rows, n++ * row, row);
        }
      }
      for (int r = 0, n = 0; r < from.length; r++) {
        if (from[r] != r) {
          MemorySegment.copy(rows, n++ * row, entry.memory(), r * row, row);
        }
      }
    }
  }

  private StateCopies() {}
}
