package dev.gatun.models.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.audio.Features;
import dev.gatun.audio.MelFilters;
import dev.gatun.audio.Sound;
import dev.gatun.audio.Stft;
import dev.gatun.audio.Wav;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Last;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Spoken digits of the free spoken digit dataset: spectrograms and a small convolutional net. */
@Tag("acceptance")
class SpokenDigitsTests {
  private static final int RATE = 8000;
  private static final int SAMPLES = 8064;
  private static final int MELS = 40;
  private static final int FRAMES = 1 + SAMPLES / 128;

  /** Spectrograms and digits. */
  private static final class Part {
    final List<float[]> features = new ArrayList<>();
    final List<Long> digits = new ArrayList<>();

    IndexedDataset dataset() {
      int size = MELS * FRAMES;
      float[] all = new float[features.size() * size];
      for (int i = 0; i < features.size(); i++) {
        System.arraycopy(features.get(i), 0, all, i * size, size);
      }
      long[] labels = digits.stream().mapToLong(Long::longValue).toArray();
      return Dataset.of(
          "x", Tensor.of(all, features.size(), 1, MELS, FRAMES), "y", Tensor.vector(labels));
    }
  }

  private static Path archive() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolveSibling("shared").resolve("data/fsdd/fsdd_recordings.tar.gz");
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    return Path.of("../shared/data/fsdd/fsdd_recordings.tar.gz");
  }

  /** One second, log-mel, mean 0 and deviation 1. */
  private static float[] features(Sound sound) {
    float[] second = java.util.Arrays.copyOf(sound.channel(0), SAMPLES);
    Features power = Stft.of(256, 128).transform(second).power();
    float[] values = MelFilters.of(RATE, 256, MELS).apply(power).decibels(60).tensor().toFloats();
    double mean = 0;
    double squares = 0;
    for (float v : values) {
      mean += v / values.length;
    }
    for (float v : values) {
      squares += (v - mean) * (v - mean) / values.length;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((values[i] - mean) / Math.sqrt(squares + 1e-6));
    }
    return values;
  }

  /** Recordings 0 to 4 of each digit and speaker are the test, as the data's authors say. */
  private static void read(Path archive, Part train, Part test) throws Exception {
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16))) {
      byte[] header = new byte[512];
      while (in.readNBytes(header, 0, 512) == 512 && header[0] != 0) {
        String name = text(header, 0, 100);
        long size = Long.parseLong(text(header, 124, 12).strip(), 8);
        byte[] content = in.readNBytes((int) size);
        in.skipNBytes((512 - size % 512) % 512);
        if (!name.endsWith(".wav")) {
          continue;
        }
        String[] parts = name.substring(name.lastIndexOf('/') + 1, name.length() - 4).split("_", 3);
        Part part = Integer.parseInt(parts[2]) < 5 ? test : train;
        part.features.add(features(Wav.decode(name, content)));
        part.digits.add(Long.parseLong(parts[0]));
      }
    }
  }

  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  @Test
  void aSmallNetUnderstandsDigits() throws Exception {
    Path archive = archive();
    assumeTrue(Files.exists(archive), () -> archive + " is not there");
    Part train = new Part();
    Part test = new Part();
    read(archive, train, test);
    assertEquals(300, test.digits.size());
    assertEquals(2700, train.digits.size());
    Net net =
        Net.of(
            Shape.of(1, MELS, FRAMES),
            x ->
                x.conv2d(24, 3, c -> c.same())
                    .batchNorm()
                    .relu()
                    .maxPool2d(2)
                    .conv2d(48, 3, c -> c.same())
                    .batchNorm()
                    .relu()
                    .maxPool2d(2)
                    .conv2d(64, 3, c -> c.same())
                    .batchNorm()
                    .relu()
                    .maxPool2d(2)
                    .flatten()
                    .dropout(0.3)
                    .dense(10));
    int epochs = 12;
    try (Trainer trainer =
        Trainer.builder(net)
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.cosine(epochs * 42L, 0))
            .metrics(Metrics.accuracy())
            .seed(1)
            .build()) {
      trainer.fit(train.dataset().shuffle(1).batch(64, Last.DROP), Epochs.of(epochs));
      double accuracy = trainer.evaluate(test.dataset().batch(100)).getOrDefault("accuracy", 0.0);
      System.out.printf("spoken digits: test accuracy %.4f%n", accuracy);
      assertTrue(accuracy >= 0.95, "accuracy " + accuracy);
    }
  }
}
