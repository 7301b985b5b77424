package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Batches: what they hold, and that threads change nothing but the time. */
class BatchesTests {
  private static List<List<Long>> values(Batches batches, long epoch) {
    List<List<Long>> all = new ArrayList<>();
    try (BatchCursor cursor = batches.open(epoch)) {
      while (cursor.hasNext()) {
        try (Batch batch = cursor.next()) {
          assertEquals(all.size(), batch.index());
          List<Long> rows = new ArrayList<>();
          for (long value : batch.get("x").toLongs()) {
            rows.add(value);
          }
          all.add(rows);
        }
      }
    }
    return all;
  }

  private static IndexedDataset ragged(int count) {
    Random random = new Random(1);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long[] tokens = random.longs(1 + random.nextInt(9), 1, 100).toArray();
      samples.add(Sample.of("x", Tensor.vector(tokens), "i", Tensor.scalar(i)));
    }
    return Dataset.of(count, index -> samples.get((int) index));
  }

  @Test
  void theLastBatchIsKeptDroppedOrPadded() {
    IndexedDataset seven = DatasetTests.numbers(7);
    assertEquals(
        List.of(List.of(0L, 1L, 2L), List.of(3L, 4L, 5L), List.of(6L)), values(seven.batch(3), 0));
    assertEquals(
        List.of(List.of(0L, 1L, 2L), List.of(3L, 4L, 5L)), values(seven.batch(3, Last.DROP), 0));
    assertEquals(List.of(6L, 0L, 0L), values(seven.batch(3, Last.PAD), 0).get(2));
    assertEquals(OptionalLong.of(3), seven.batch(3).size());
    assertEquals(OptionalLong.of(2), seven.batch(3, Last.DROP).size());
    assertEquals(List.of(), values(seven.take(2).batch(3, Last.DROP), 0));
    assertEquals(List.of(), values(seven.take(0).batch(3), 0));
    try (BatchCursor cursor =
        seven.batch(Batching.of(4).last(Last.PAD).weights("weight")).open(0, 1)) {
      Batch batch = cursor.next();
      assertEquals(3, batch.rows());
      assertEquals(4, batch.size());
      assertEquals(1, batch.index());
      assertArrayEquals(new float[] {1, 1, 1, 0}, batch.get("weight").toFloats());
      assertEquals(DType.I32, batch.get("x").dtype());
      assertTrue(batch.get("x").isNative());
      assertFalse(cursor.hasNext());
      assertThrows(NoSuchElementException.class, cursor::next);
      assertTrue(Failure.of(() -> batch.get("y")).contains("no field 'y'"));
      batch.close();
      assertThrows(IllegalStateException.class, () -> batch.get("x"));
    }
    assertTrue(Failure.of(() -> seven.batch(0)).contains("at least one sample"));
  }

  @Test
  void threadsDoNotChangeOrderOrContents() {
    Dataset data =
        ragged(203)
            .shuffle(3)
            .augment(9, (s, random) -> s.with("noise", Tensor.scalar(random.nextLong())));
    Batches direct = data.batch(Batching.of(8).pad("x", -1));
    List<Batch> expected = new ArrayList<>();
    direct.open(5).forEachRemaining(expected::add);
    assertEquals(26, expected.size());
    for (int threads : new int[] {1, 2, 4, 7}) {
      for (int ahead : new int[] {threads, 3 * threads}) {
        try (BatchCursor cursor = direct.prefetch(threads, ahead).open(5)) {
          for (Batch batch : expected) {
            assertTrue(cursor.hasNext());
            try (Batch loaded = cursor.next()) {
              assertEquals(batch.asMap(), loaded.asMap());
            }
          }
          assertFalse(cursor.hasNext());
          assertThrows(NoSuchElementException.class, cursor::next);
        }
      }
    }
    try (BatchCursor cursor = direct.prefetch(3).open(5, 20)) {
      assertEquals(expected.get(20).asMap(), cursor.next().asMap());
    }
    assertTrue(Failure.of(() -> direct.prefetch(4, 3)).contains("at least one batch for each"));
  }

  @Test
  void loadingAheadIsBounded() throws Exception {
    AtomicInteger loaded = new AtomicInteger();
    CountDownLatch full = new CountDownLatch(2 * 3);
    IndexedDataset counting =
        Dataset.of(
            1000,
            index -> {
              loaded.incrementAndGet();
              full.countDown();
              return Sample.of("x", Tensor.scalar(index));
            });
    try (BatchCursor cursor = counting.batch(2).prefetch(2, 3).open(0)) {
      full.await();
      assertTrue(cursor.hasNext());
      assertEquals(6, loaded.get());
      cursor.next();
    }
  }

  @Test
  void memoryOfClosedBatchesIsUsedAgain() {
    Batches batches = DatasetTests.numbers(4000).batch(10).prefetch(2, 4);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertEquals(400, values(batches, epoch).size());
    }
    assertTrue(batches.allocations() <= 4 + 2 + 1, "allocations: " + batches.allocations());
  }

  @Test
  void errorsOfThreadsReachTheReaderInOrder() {
    IndexedDataset broken =
        DatasetTests.numbers(100)
            .map(
                sample -> {
                  if (sample.get("x").getLong(0) >= 42) {
                    throw new IllegalStateException("broken");
                  }
                  return sample;
                });
    for (int threads : new int[] {0, 1, 4}) {
      try (BatchCursor cursor = broken.batch(10).prefetch(threads, 2 * threads).open(0)) {
        for (int i = 0; i < 4; i++) {
          cursor.next();
        }
        assertEquals("sample 42: IllegalStateException: broken", Failure.of(cursor::next));
      }
    }
    Dataset brokenStream =
        Dataset.stream(
            () ->
                java.util.stream.Stream.of(1, 0)
                    .map(x -> Sample.of("x", Tensor.scalar(6 / x)))
                    .iterator());
    for (int threads : new int[] {0, 2}) {
      try (BatchCursor cursor = brokenStream.batch(1).prefetch(threads).open(0)) {
        assertEquals(6, cursor.next().get("x").getLong(0));
        assertTrue(
            Failure.of(cursor::next).startsWith("sample 1 of a stream: ArithmeticException"));
      }
    }
  }

  @Test
  void closingStopsTheThreads() {
    Set<Thread> before = dataThreads();
    Batches batches = DatasetTests.numbers(10000).batch(1).prefetch(4);
    try (BatchCursor cursor = batches.open(0)) {
      cursor.next();
      assertFalse(cursor.next().asMap().isEmpty());
    }
    BatchCursor unread = batches.open(1);
    unread.close();
    unread.close();
    assertFalse(unread.hasNext());
    Set<Thread> after = dataThreads();
    after.removeAll(before);
    assertEquals(Set.of(), after);
  }

  private static Set<Thread> dataThreads() {
    Set<Thread> threads = new HashSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("gatun-data-") && thread.isAlive()) {
        threads.add(thread);
      }
    }
    return threads;
  }

  @Test
  void differentSizesArePaddedWithLengthsAndMask() {
    IndexedDataset data = ragged(5);
    Batching.Padding padding =
        new Batching.Padding(-1, 4, Optional.of("length"), Optional.of("mask"));
    try (BatchCursor cursor = data.batch(Batching.of(6).last(Last.PAD).pad("x", padding)).open(0)) {
      Batch batch = cursor.next();
      int width = (int) batch.get("x").shape().size(1);
      assertEquals(0, width % 4);
      for (int i = 0; i < 6; i++) {
        long[] tokens = i < 5 ? data.get(i).get("x").toLongs() : new long[0];
        assertEquals(tokens.length, batch.get("length").getLong(i));
        for (int t = 0; t < width; t++) {
          long expected = i == 5 ? 0 : t < tokens.length ? tokens[t] : -1;
          assertEquals(expected, batch.get("x").getLong((long) i * width + t));
          assertEquals(t < tokens.length ? 1 : 0, batch.get("mask").getFloat((long) i * width + t));
        }
      }
    }
    assertTrue(
        Failure.of(() -> data.batch(2).open(0).next()).contains("(or padding for this field)"));
    assertTrue(
        Failure.of(() -> data.batch(Batching.of(2).pad("i", 0)).open(0).next())
            .contains("field 'i' has no axis to pad"));
  }

  @Test
  void severalAxesArePadded() {
    List<Sample> samples =
        List.of(
            Sample.of("x", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)),
            Sample.of("x", Tensor.of(new float[] {7, 8, 9}, 3, 1)),
            Sample.of("x", Tensor.of(new float[0], 0, 2)));
    Dataset data = Dataset.of(3, index -> samples.get((int) index));
    Tensor batch = data.batch(Batching.of(3).pad("x", 0.5)).open(0).next().get("x");
    assertEquals(Shape.of(3, 3, 3), batch.shape());
    float h = 0.5f;
    assertArrayEquals(
        new float[] {
          1, 2, 3, 4, 5, 6, h, h, h, 7, h, h, 8, h, h, 9, h, h, h, h, h, h, h, h, h, h, h
        },
        batch.toFloats());
  }

  @Test
  void bucketsPutLikeLengthsTogether() {
    IndexedDataset data = ragged(100);
    Batching batching = Batching.of(10).pad("x", 0);
    Set<Long> seen = new HashSet<>();
    long cells = 0;
    long plainCells = 0;
    try (BatchCursor plain = data.batch(batching).open(0);
        BatchCursor cursor = data.batch(batching.buckets("x", 5, 1)).prefetch(2).open(0)) {
      while (cursor.hasNext()) {
        Batch batch = cursor.next();
        cells += batch.get("x").elements();
        for (long i : batch.get("i").toLongs()) {
          assertTrue(seen.add(i), "sample " + i + " came twice");
        }
        plainCells += plain.next().get("x").elements();
      }
    }
    assertEquals(100, seen.size());
    assertTrue(cells < 0.8 * plainCells, cells + " cells in buckets, " + plainCells + " without");
  }

  @Test
  void samplesOfABatchNeedTheSameFieldsAndTypes() {
    Dataset names =
        Dataset.of(2, i -> Sample.of(i == 0 ? "x" : "y", Tensor.scalar(1)).from("line " + i));
    assertTrue(
        Failure.of(() -> names.batch(2).open(0).next())
            .contains("line 1: fields [y] differ from [x] of line 0"));
    Dataset types =
        Dataset.of(2, i -> Sample.of("x", i == 0 ? Tensor.scalar(1) : Tensor.scalar(DType.F32, 1)));
    assertTrue(Failure.of(() -> types.batch(2).open(0).next()).contains("'x' is f32[] but I64[]"));
    Dataset strings = Dataset.of(3, i -> Sample.of("x", Tensor.of(new String[] {"s" + i, "t"}, 2)));
    Tensor text = strings.batch(4, Last.PAD).open(0).next().get("x");
    assertEquals(Shape.of(4, 2), text.shape());
    assertEquals("s2", text.getString(4));
    assertEquals("", text.getString(6));
  }
}
