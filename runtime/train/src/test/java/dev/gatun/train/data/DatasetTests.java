package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Failure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which samples come, in which order, and what random changes depend on. */
class DatasetTests {
  /** Samples with one field "x", 0 to count - 1. */
  static IndexedDataset numbers(int count) {
    return Dataset.of(Map.of("x", Tensor.of(IntStream.range(0, count).toArray(), count)));
  }

  static List<Long> values(Dataset dataset, long epoch) {
    List<Long> values = new ArrayList<>();
    try (SampleCursor samples = dataset.samples(epoch)) {
      samples.forEachRemaining(sample -> values.add(sample.get("x").getLong(0)));
    }
    return values;
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private static Sample plus(Sample sample, long more) {
    return sample.with("x", Tensor.scalar(sample.get("x").getLong(0) + more));
  }

  @Test
  void everySampleComesOnceAnEpochInAnotherOrder() {
    Dataset shuffled = numbers(101).shuffle(42);
    List<Long> first = values(shuffled, 0);
    assertEquals(first, values(shuffled, 0));
    assertEquals(first, values(numbers(101).shuffle(42), 0));
    assertNotEquals(first, values(shuffled, 1));
    assertNotEquals(first, values(numbers(101).shuffle(43), 0));
    assertNotEquals(range(0, 101), first);
    assertEquals(new HashSet<>(range(0, 101)), new HashSet<>(first));
    assertEquals(101, first.size());
  }

  @Test
  void aBufferShufflesAStreamWithinItsReach() {
    Dataset shuffled = numbers(100).take(100).map(s -> s).shuffle(1, 10);
    List<Long> order = values(shuffled, 3);
    assertEquals(new HashSet<>(range(0, 100)), new HashSet<>(order));
    assertNotEquals(range(0, 100), order);
    for (int i = 0; i < 100; i++) {
      assertTrue(order.get(i) < i + 10, "nothing comes before it was read");
    }
    assertEquals(order, values(shuffled, 3));
    assertNotEquals(order, values(shuffled, 4));
    assertEquals(range(0, 100), values(numbers(100).shuffle(1, 1), 0));
    assertTrue(Failure.of(() -> numbers(3).shuffle(1, 0)).contains("at least one"));
  }

  @Test
  void partsAndJoinsAreThoseOfLists() {
    IndexedDataset ten = numbers(10);
    assertEquals(range(0, 3), values(ten.take(3), 0));
    assertEquals(range(8, 10), values(ten.skip(8), 0));
    assertEquals(List.of(), values(ten.skip(11), 0));
    assertEquals(10, ten.take(99).count());
    assertEquals(List.of(9L, 0L, 9L), values(ten.select(9, 0, 9), 0));
    assertEquals(List.of(0L, 1L, 8L, 9L), values(ten.take(2).concat(ten.skip(8)), 0));
    assertEquals(9, ten.take(2).concat(ten.skip(8)).get(3).get("x").getLong(0));
    Dataset stream = ten.shuffle(0, 1);
    assertEquals(range(2, 5), values(stream.skip(2).take(3), 0));
    assertEquals(OptionalLong.of(3), stream.skip(2).take(3).size());
    assertEquals(OptionalLong.of(0), stream.skip(20).size());
    assertEquals(List.of(), values(stream.skip(20), 0));
    assertEquals(20, values(stream.concat(ten), 0).size());
    assertEquals(OptionalLong.of(20), stream.concat(ten).size());
    assertEquals(
        List.of(1L, 3L), values(numbers(4).filter(s -> s.get("x").getLong(0) % 2 == 1), 0));
    assertTrue(Failure.of(() -> ten.get(10)).contains("no sample 10; there are 10"));
    assertTrue(Failure.of(() -> ten.select(-1)).contains("no sample -1"));
  }

  @Test
  void repetitionsAreShuffledAnew() {
    Dataset twice = numbers(30).shuffle(5).repeat(2);
    List<Long> epoch = values(twice, 0);
    assertEquals(60, epoch.size());
    assertEquals(OptionalLong.of(60), twice.size());
    assertNotEquals(epoch.subList(0, 30), epoch.subList(30, 60));
    assertEquals(new HashSet<>(range(0, 30)), new HashSet<>(epoch.subList(30, 60)));
    assertNotEquals(epoch, values(twice, 1));
  }

  @Test
  void augmentationFollowsFromSeedEpochAndPosition() {
    Augmentation noise = (sample, random) -> plus(sample, 1000L * random.nextInt(1000));
    IndexedDataset augmented = numbers(20).augment(7, noise);
    List<Long> first = values(augmented, 0);
    assertEquals(first, values(augmented, 0));
    assertNotEquals(first, values(augmented, 1));
    assertNotEquals(first, values(numbers(20).augment(8, noise), 0));
    assertEquals(first.get(13), augmented.get(13).get("x").getLong(0));
    // A sample that comes twice is changed twice.
    List<Long> same = values(numbers(20).select(4, 4).augment(7, noise), 0);
    assertNotEquals(same.get(0), same.get(1));
    Dataset stream = numbers(20).shuffle(1).augment(7, noise);
    assertEquals(values(stream, 2), values(stream, 2));
    assertEquals(
        values(augmented.map(s -> plus(s, 1)), 0),
        values(numbers(20).augment(7, noise.then((s, random) -> plus(s, 1))), 0));
  }

  @Test
  void cachedSamplesAreLoadedOnce() {
    AtomicInteger loads = new AtomicInteger();
    IndexedDataset slow =
        Dataset.of(
            5,
            index -> {
              loads.incrementAndGet();
              return Sample.of("x", Tensor.scalar(index));
            });
    IndexedDataset cached = slow.cache();
    assertEquals(values(cached, 0), values(cached, 1));
    assertEquals(5, loads.get());
    Dataset stream = slow.shuffle(1, 3).cache();
    loads.set(0);
    try (SampleCursor unfinished = stream.samples(0)) {
      unfinished.next();
    }
    List<Long> order = values(stream, 0);
    assertEquals(order, values(stream, 1));
    assertEquals(6, loads.get());
    assertEquals(OptionalLong.of(5), stream.size());
  }

  @Test
  void streamsStartAnewAndAreClosed() {
    AtomicInteger closed = new AtomicInteger();
    class Source implements Iterator<Sample>, AutoCloseable {
      private int at;

      @Override
      public boolean hasNext() {
        return at < 3;
      }

      @Override
      public Sample next() {
        return Sample.of("x", Tensor.scalar(at++));
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }
    }

    Dataset stream = Dataset.stream(Source::new);
    assertEquals(OptionalLong.empty(), stream.size());
    assertEquals(range(0, 3), values(stream, 0));
    assertEquals(
        range(0, 3),
        values(
            stream.shuffle(1, 1).map(s -> s).take(9).concat(stream.filter(s -> false)).cache(), 1));
    assertEquals(3, closed.get());
    assertEquals(6, values(stream.repeat(2), 0).size());
    assertEquals(5, closed.get());
  }

  @Test
  void errorsNameTheSample() {
    IndexedDataset broken =
        numbers(5)
            .map(
                sample -> {
                  if (sample.get("x").getLong(0) == 3) {
                    throw new ArithmeticException("no logarithm of 0");
                  }
                  return sample;
                });
    assertEquals(
        "sample 3: ArithmeticException: no logarithm of 0", Failure.of(() -> values(broken, 0)));
    assertEquals(
        "sample 3: ArithmeticException: no logarithm of 0",
        Failure.of(() -> values(broken.shuffle(1).map(s -> plus(s, 1)), 0)));
    assertTrue(
        Failure.of(() -> values(numbers(3).map(s -> Sample.of("y", s.get("z"))), 0))
            .startsWith("sample 0: there is no field 'z', only [x]"));
    IndexedDataset unreadable =
        Dataset.of(
            2,
            index -> {
              throw new java.io.IOException("disk on fire");
            });
    assertEquals("sample 0: IOException: disk on fire", Failure.of(() -> unreadable.get(0)));
    assertTrue(
        Failure.of(() -> Dataset.of("x", Tensor.vector(1, 2), "y", Tensor.vector(1)))
            .contains("'x' has 2 samples, 'y' has 1"));
    assertTrue(
        Failure.of(() -> Dataset.of(Map.of("x", Tensor.scalar(1)))).contains("must count samples"));
    assertTrue(Failure.of(() -> Dataset.of(Map.of())).contains("at least one tensor"));
  }

  @Test
  void samplesAreChangedByCopies() {
    Sample sample = Sample.of("x", Tensor.scalar(1), "y", Tensor.scalar(2));
    assertEquals(List.of("x", "y", "z"), sample.with("z", Tensor.scalar(3)).names());
    assertEquals(List.of("y"), sample.without("x").names());
    assertEquals(List.of("y", "x"), sample.only(List.of("y", "x")).names());
    assertEquals(1, sample.only(List.of("y", "x")).get("x").getLong(0));
    assertEquals(5, sample.with("x", Tensor.scalar(5)).get("x").getLong(0));
    assertEquals(1, sample.get("x").getLong(0));
    assertEquals("elsewhere", sample.from("elsewhere").origin());
    assertTrue(Failure.of(() -> sample.without("q")).contains("no field 'q'"));
  }
}
