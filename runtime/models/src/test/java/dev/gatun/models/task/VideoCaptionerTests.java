package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.exec.Session;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Sample;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.net.Embedder;
import dev.gatun.vision.net.VideoCaptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clips of a thing that moves, and sentences about them. */
class VideoCaptionerTests {
  private static final int FRAMES = 6;
  private static final int SIDE = 16;
  private static final List<String> THINGS = List.of("square", "ring", "cross");
  private static final List<String> COLOURS = List.of("red", "green", "blue");
  private static final List<String> WAYS =
      List.of("moves left", "moves right", "moves up", "moves down", "stays where it is");
  private static final int[][] STEPS = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {0, 0}};

  /** A clip [T, 3, H, W] and its sentence. */
  private record Clip(Tensor frames, String sentence) {}

  private static boolean covers(int thing, int u, int v) {
    int far = Math.max(Math.abs(u), Math.abs(v));
    return far <= 2
        && switch (thing) {
          case 0 -> true;
          case 1 -> far == 2;
          default -> u == 0 || v == 0;
        };
  }

  private static Clip clip(Random random) {
    int thing = random.nextInt(3);
    int colour = random.nextInt(3);
    int way = random.nextInt(5);
    // In the middle of the clip it is anywhere, so that no single frame tells the way.
    int x = 5 + random.nextInt(6);
    int y = 5 + random.nextInt(6);
    float[] values = new float[FRAMES * 3 * SIDE * SIDE];
    for (int t = 0; t < FRAMES; t++) {
      int left = x + STEPS[way][0] * (t - FRAMES / 2);
      int top = y + STEPS[way][1] * (t - FRAMES / 2);
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < SIDE * SIDE; p++) {
          boolean there = covers(thing, p % SIDE - left, p / SIDE - top);
          float light = there ? c == colour ? 0.9f : 0.2f : 0.4f;
          values[(t * 3 + c) * SIDE * SIDE + p] = (float) (light + 0.08 * random.nextGaussian());
        }
      }
    }
    String sentence = "a " + COLOURS.get(colour) + " " + THINGS.get(thing) + " " + WAYS.get(way);
    return new Clip(Tensor.of(values, FRAMES, 3, SIDE, SIDE), sentence);
  }

  private static List<Clip> clips(int count, long seed) {
    Random random = new Random(seed);
    List<Clip> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(clip(random));
    }
    return all;
  }

  private static CaptionWords words() {
    List<String> sentences = new ArrayList<>();
    for (Clip clip : clips(500, 1)) {
      sentences.add(clip.sentence());
    }
    return new CaptionWords(sentences);
  }

  private static VideoCaptions sizes(CaptionWords words, long width, long state) {
    return new VideoCaptions(new Embedder(width, 2, 48, false), state, 24, words.count());
  }

  @Test
  void wordByWordIsAllAtOnce() {
    CaptionWords words = words();
    // a, three colours, three things, moves and four ways, stays where it is, end and begin.
    assertEquals(1 + 3 + 3 + 5 + 4 + 2, words.count());
    VideoCaptions sizes = sizes(words, 4, 8);
    Net net = sizes.net(FRAMES, 3, SIDE, SIDE).initialize(3);
    Clip clip = clip(new Random(4));
    try (VideoCaptioner captioner = new VideoCaptioner(sizes, net, words, 5);
        Session whole = net.model().compile()) {
      String said = captioner.caption(clip.frames());
      Sample sample = words.sample(clip.frames(), said);
      Tensor ids = sample.get("words");
      Tensor logits =
          whole
              .run(
                  java.util.Map.of(
                      "x",
                      clip.frames().reshape(Shape.of(1, FRAMES, 3, SIDE, SIDE)),
                      "words",
                      ids.reshape(Shape.of(1, ids.elements()))))
              .get("y");
      List<Long> best = new ArrayList<>();
      for (int i = 0; i < ids.elements(); i++) {
        long next = 0;
        for (int w = 2; w < words.count(); w++) {
          long at = (long) i * words.count();
          next = logits.getFloat(at + w) > logits.getFloat(at + next) ? w : next;
        }
        best.add(next);
      }
      long[] expected = sample.get("y").toLongs();
      int length = said.isEmpty() ? 0 : said.split(" ").length;
      assertTrue(length <= 5, said);
      assertArrayEquals(
          java.util.Arrays.copyOf(expected, length),
          best.subList(0, length).stream().mapToLong(Long::longValue).toArray());
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    CaptionWords words = words();
    VideoCaptions sizes = sizes(words, 4, 8);
    Net net = sizes.net(FRAMES, 3, SIDE, SIDE);
    CaptionWords few = new CaptionWords(List.of("a cat"));
    assertTrue(
        message(() -> new VideoCaptioner(sizes, net, few, 5).close()).contains("given are 4"));
    Net other = sizes(words, 4, 9).net(FRAMES, 3, SIDE, SIDE);
    assertTrue(
        message(() -> new VideoCaptioner(sizes, other, words, 5).close()).contains("another one"));
    assertTrue(message(() -> new CaptionWords(List.of(" "))).contains("no words"));
    Clip clip = clip(new Random(4));
    assertTrue(message(() -> words.sample(clip.frames(), "a cat")).contains("'cat'"));
    try (VideoCaptioner captioner = new VideoCaptioner(sizes, net, words, 5)) {
      assertTrue(
          message(() -> captioner.caption(Tensor.of(new float[4], 2, 2))).contains("a video is"));
    }
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  @Test
  @Tag("acceptance")
  void sentencesSayWhatClipsShow() {
    CaptionWords words = words();
    VideoCaptions sizes = sizes(words, 24, 64);
    int batch = 30;
    int steps = 2000;
    // Another clip each time.
    IndexedDataset train =
        Dataset.of(
            (long) steps * batch,
            i -> {
              Clip clip = clip(new Random(1_000_000 + i));
              return words.sample(clip.frames(), clip.sentence());
            });
    try (Trainer trainer =
        Trainer.builder(sizes.net(FRAMES, 3, SIDE, SIDE))
            .loss(Losses.softmaxCrossEntropy().lastAxis())
            .optimizer(Optimizers.adamW(5e-3))
            .schedule(Schedules.warmupCosine(20, steps))
            .seed(1)
            .build()) {
      trainer.fit(train.batch(words.batching(batch)).prefetch(2), Epochs.of(1));
      int right = 0;
      List<Clip> others = clips(400, 9);
      try (VideoCaptioner captioner = new VideoCaptioner(sizes, trainer.net(), words, 10)) {
        for (Clip clip : others) {
          right += captioner.caption(clip.frames()).equals(clip.sentence()) ? 1 : 0;
        }
        System.out.printf(
            "captions: %d of 400 right, such as \"%s\"%n",
            right, captioner.caption(others.get(0).frames()));
      }
      assertTrue(right >= 0.95 * 400, right + " of 400");
    }
  }
}
