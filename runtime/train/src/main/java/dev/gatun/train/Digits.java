package dev.gatun.train;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * 1,797 handwritten digits of 8 x 8 pixels, so that there is something to train on offline: the
 * test part of E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), UCI
 * Machine Learning Repository, <a href="https://doi.org/10.24432/C50P49">doi:10.24432/C50P49</a>,
 * licensed CC BY 4.0.
 */
public final class Digits {
  private static final int PIXELS = 64;

  /** All digits in their order: {@code x} f32 [1, 8, 8] from 0 to 1, {@code y} the digit. */
  public static IndexedDataset load() {
    List<String> lines = new ArrayList<>();
    try (InputStream file = Digits.class.getResourceAsStream("digits.csv.gz")) {
      if (file == null) {
        throw new GatunException("digits: digits.csv.gz is missing beside the classes");
      }
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII));
      reader.lines().forEach(lines::add);
    } catch (IOException e) {
      throw new GatunException("digits: the data cannot be read: " + e.getMessage(), e);
    }
    float[] x = new float[lines.size() * PIXELS];
    long[] y = new long[lines.size()];
    for (int i = 0; i < lines.size(); i++) {
      List<String> cells = List.of(lines.get(i).split(",", -1));
      for (int p = 0; p < PIXELS; p++) {
        x[i * PIXELS + p] = Float.parseFloat(cells.get(p)) / 16;
      }
      y[i] = (long) Float.parseFloat(cells.get(PIXELS));
    }
    return Dataset.of("x", Tensor.of(x, y.length, 1, 8, 8), "y", Tensor.of(y, y.length));
  }

  private Digits() {}
}
