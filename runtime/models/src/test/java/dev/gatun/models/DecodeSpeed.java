package dev.gatun.models;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.pass.WeightType;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Time of a word with one row, against reading all weights from memory: {@code main(threads,
 * seconds, nets...)}. A pass reads the prompt, then words come one by one; rounds of all nets and
 * of the plain reading take turns.
 */
final class DecodeSpeed {
  private static final Map<String, String> NETS =
      Map.of(
          "gpt2",
          "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"]}",
          "llama",
          "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"],"
              + " \"hidden_size\": 768, \"intermediate_size\": 2048, \"num_hidden_layers\": 12,"
              + " \"num_attention_heads\": 12, \"num_key_value_heads\": 4,"
              + " \"tie_word_embeddings\": true}");

  private static Pretrained model(String name, int threads) {
    Random random = new Random(5);
    float[] noise = new float[1 << 16];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian() * 0.02f;
    }
    return Pretrained.initialized(
            Config.of(NETS.getOrDefault(net(name), "")),
            p -> {
              float[] values = new float[Math.toIntExact(p.elements())];
              for (int i = 0; i < values.length; i++) {
                values[i] = noise[i + i / 65521 & 0xffff];
              }
              return Tensor.wrap(DType.F32, p.shape(), MemorySegment.ofArray(values));
            })
        .with(options(name, threads));
  }

  /** A net's name may end in a type of weights: {@code llama:int4}. */
  private static SessionOptions options(String name, int threads) {
    SessionOptions options = SessionOptions.DEFAULT.threads(threads);
    int colon = name.indexOf(':');
    return colon < 0
        ? options
        : options.weights(WeightType.valueOf(name.substring(colon + 1).toUpperCase(Locale.ROOT)));
  }

  private static String net(String name) {
    return name.replaceFirst(":.*", "");
  }

  /** Bytes a second of all threads reading what no cache holds. */
  private static double read(MemorySegment all, int threads) {
    long part = all.byteSize() / threads;
    List<Thread> running = new ArrayList<>();
    long begin = System.nanoTime();
    for (int t = 0; t < threads; t++) {
      MemorySegment mine = all.asSlice(t * part, part);
      running.add(Thread.ofPlatform().start(() -> sum(mine)));
    }
    running.forEach(DecodeSpeed::join);
    return all.byteSize() / ((System.nanoTime() - begin) / 1e9);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final java.util.concurrent.atomic.AtomicLong SINK =
      new java.util.concurrent.atomic.AtomicLong();

  private static void sum(MemorySegment memory) {
    long piece = 1 << 20;
    for (long at = 0; at + piece <= memory.byteSize(); at += piece) {
      SINK.addAndGet(sum(memory, at, (int) piece));
    }
  }

  // Called often, so that it is compiled as a whole.
  private static long sum(MemorySegment memory, long from, int bytes) {
    VectorSpecies<Long> s = LongVector.SPECIES_PREFERRED;
    int step = s.vectorByteSize();
    LongVector a = LongVector.zero(s);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    ByteOrder order = ByteOrder.nativeOrder();
    for (int k = 0; k < bytes / (4 * step); k++) {
      long at = from + k * 4L * step;
      a = a.add(LongVector.fromMemorySegment(s, memory, at, order));
      b = b.add(LongVector.fromMemorySegment(s, memory, at + step, order));
      c = c.add(LongVector.fromMemorySegment(s, memory, at + 2L * step, order));
      d = d.add(LongVector.fromMemorySegment(s, memory, at + 3L * step, order));
    }
    return a.add(b).add(c.add(d)).lane(0);
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(x -> x).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** Measures. */
  public static void main(String[] args) {
    int threads = Integer.parseInt(args[0]);
    double seconds = Double.parseDouble(args[1]);
    List<String> names = Arrays.asList(args).subList(2, args.length);
    List<Pretrained> models = names.stream().map(name -> model(name, threads)).toList();
    List<Rows> rows = new ArrayList<>();
    long[] prompt = new Random(1).longs(100, 0, 5000).toArray();
    for (int i = 0; i < models.size(); i++) {
      long begin = System.nanoTime();
      rows.add(models.get(i).decoder().begin(Map.of(), List.of(prompt)));
      System.out.printf(
          Locale.ROOT,
          "%s: first prompt %.2f s%n",
          names.get(i),
          (System.nanoTime() - begin) / 1e9);
      begin = System.nanoTime();
      models.get(i).decoder().begin(Map.of(), List.of(prompt)).close();
      System.out.printf(
          Locale.ROOT, "  second prompt of 100: %.3f s%n", (System.nanoTime() - begin) / 1e9);
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(1L << 29, 64);
      memory.fill((byte) 1);
      List<Double> reads = new ArrayList<>();
      List<List<Double>> times = new ArrayList<>();
      models.forEach(m -> times.add(new ArrayList<>()));
      long begin = System.nanoTime();
      while ((System.nanoTime() - begin) / 1e9 < seconds) {
        reads.add(read(memory, threads) / 1e9);
        for (int i = 0; i < models.size(); i++) {
          Rows row = rows.get(i);
          for (int k = 0; k < 10; k++) {
            if (row.length(0) > 1000) {
              row.close();
              row = models.get(i).decoder().begin(Map.of(), List.of(prompt));
              rows.set(i, row);
            }
            long from = System.nanoTime();
            row.next(k);
            times.get(i).add((System.nanoTime() - from) / 1e6);
          }
        }
      }
      double bandwidth = median(reads.subList(reads.size() / 2, reads.size()));
      System.out.printf(Locale.ROOT, "reading: %.1f GB/s%n", bandwidth);
      for (int i = 0; i < models.size(); i++) {
        List<Double> all = times.get(i);
        double time = median(all.subList(all.size() / 2, all.size()));
        double weights = weightBytes(models.get(i), names.get(i));
        System.out.printf(
            Locale.ROOT,
            "%s: %.2f ms a word, %.1f words/s, %.0f MB of weights: %.1f GB/s, %.0f %%%n",
            names.get(i),
            time,
            1000 / time,
            weights / 1e6,
            weights / time / 1e6,
            100 * weights / time / 1e6 / bandwidth);
        System.out.println(rows.get(i).profile(2));
      }
    }
    models.forEach(Pretrained::close);
  }

  /**
   * What a word has to read: all matrices but the table of positions, with their scales. Llama's
   * and GPT-2's tables of words are tied, so they are read as a matrix.
   */
  private static double weightBytes(Pretrained model, String name) {
    double bits =
        name.endsWith(":bf16")
            ? 16
            : name.endsWith(":int8") ? 8.5 : name.endsWith(":int4") ? 4.5 : 32;
    double bytes = 0;
    for (var entry : model.weights().entrySet()) {
      boolean matrix = entry.getValue().shape().rank() == 2;
      double size = entry.getValue().elements() * (matrix ? bits : 32) / 8;
      bytes += entry.getKey().contains("wpe") ? 0 : size;
    }
    return bytes;
  }

  private DecodeSpeed() {}
}
