package dev.gatun.models;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.op.Matmul;
import dev.gatun.core.pass.WeightType;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Time of a word with one row, against reading all weights from memory, and of a prompt of {@value
 * #PROMPT} words, against a product of matrices: {@code main(threads, seconds, nets...)}. Words
 * come one by one behind {@value #FIRST} others; rounds of all nets, of plain reading and of the
 * product take turns.
 */
final class DecodeSpeed {
  private static final int PROMPT = 512;
  private static final int FIRST = 100;
  private static final int WORDS = 128;
  private static final int SIDE = 2048;
  private static final long HUGE_PAGE = 2 << 20;
  private static final int MADV_HUGEPAGE = 14; // <linux/mman.h>

  /** Places of memory that a thread reads at a time: one keeps less of the memory busy. */
  private static final int STREAMS = 4;

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

  /** All threads read what no cache holds. */
  private static void read(MemorySegment all, int threads) {
    long part = all.byteSize() / threads;
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      MemorySegment mine = all.asSlice(t * part, part);
      running.add(Thread.ofPlatform().start(() -> sum(mine)));
    }
    running.forEach(DecodeSpeed::join);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Weights lie in huge pages, so what they are compared with does, too, where there are any. */
  private static void hugePages(MemorySegment memory) {
    Linker linker = Linker.nativeLinker();
    linker
        .defaultLookup()
        .find("madvise")
        .ifPresent(
            at -> {
              FunctionDescriptor type =
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.ADDRESS,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.JAVA_INT);
              try {
                int _ =
                    (int)
                        linker
                            .downcallHandle(at, type)
                            .invokeExact(memory, memory.byteSize(), MADV_HUGEPAGE);
              } catch (Throwable e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private static final AtomicLong SINK = new AtomicLong();

  private static void sum(MemorySegment memory) {
    int piece = 1 << 18;
    // No power of two, whose addresses would share the same sets of the caches.
    long stream = memory.byteSize() / STREAMS - 65 * 64;
    for (long at = 0; at + piece <= stream; at += piece) {
      SINK.addAndGet(sum(memory, at, stream, piece));
    }
  }

  // Called often, so that it is compiled as a whole.
  private static long sum(MemorySegment memory, long from, long stream, int bytes) {
    VectorSpecies<Long> s = LongVector.SPECIES_PREFERRED;
    int step = s.vectorByteSize();
    LongVector a = LongVector.zero(s);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    ByteOrder order = ByteOrder.nativeOrder();
    for (int k = 0; k < bytes / step; k++) {
      long at = from + (long) k * step;
      a = a.add(LongVector.fromMemorySegment(s, memory, at, order));
      b = b.add(LongVector.fromMemorySegment(s, memory, at + stream, order));
      c = c.add(LongVector.fromMemorySegment(s, memory, at + 2 * stream, order));
      d = d.add(LongVector.fromMemorySegment(s, memory, at + 3 * stream, order));
    }
    return a.add(b).add(c.add(d)).lane(0);
  }

  /** A product of square matrices, one of them packed. */
  private static Session product(Tensor x, int threads) {
    GraphBuilder b = new GraphBuilder("product");
    b.output("y", b.add(Matmul.OP, b.input("x", x.type()), b.constant(x)));
    SessionOptions options = SessionOptions.DEFAULT.threads(threads);
    return new Model(b.build(), Map.of(), Map.of()).compile(options);
  }

  /** Times of an operation. */
  private static final class Clock {
    private final List<Double> millis = new ArrayList<>();

    void time(Runnable work) {
      long begin = System.nanoTime();
      work.run();
      millis.add((System.nanoTime() - begin) / 1e6);
    }

    /** Median of the second half, when all is compiled. */
    double median() {
      return DecodeSpeed.median(millis.subList(millis.size() / 2, millis.size()));
    }
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
    long[] words = new Random(1).longs(PROMPT, 0, 5000).toArray();
    long[] first = Arrays.copyOf(words, FIRST);
    List<Rows> rows = new ArrayList<>();
    models.forEach(m -> rows.add(m.decoder().begin(Map.of(), List.of(first))));
    List<Clock> decoding = models.stream().map(m -> new Clock()).toList();
    List<Clock> reading = models.stream().map(m -> new Clock()).toList();
    Clock memoryClock = new Clock();
    Clock productClock = new Clock();
    float[] noise = new float[SIDE * SIDE];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (i % 1009 - 500) * 1e-3f;
    }
    Tensor square = Tensor.of(noise, SIDE, SIDE);
    try (Arena arena = Arena.ofShared();
        Session product = product(square, threads)) {
      MemorySegment memory = arena.allocate(1L << 29, HUGE_PAGE);
      hugePages(memory);
      memory.fill((byte) 1);
      long begin = System.nanoTime();
      while ((System.nanoTime() - begin) / 1e9 < seconds) {
        memoryClock.time(() -> read(memory, threads));
        productClock.time(() -> product.run("x", square));
        for (int i = 0; i < models.size(); i++) {
          Rows row = rows.get(i);
          if (row.length(0) + 10 > FIRST + WORDS) {
            row.cut(0, FIRST);
          }
          for (int k = 0; k < 10; k++) {
            long word = k;
            decoding.get(i).time(() -> row.next(word));
          }
          Pretrained model = models.get(i);
          reading.get(i).time(() -> model.decoder().begin(Map.of(), List.of(words)).close());
        }
      }
      double bandwidth = memory.byteSize() / memoryClock.median() / 1e6;
      double peak = 2.0 * SIDE * SIDE * SIDE / productClock.median() / 1e6;
      System.out.printf(
          Locale.ROOT,
          "reading: %.1f GB/s; product of %d x %d: %.0f GFLOP/s%n",
          bandwidth,
          SIDE,
          SIDE,
          peak);
      for (int i = 0; i < models.size(); i++) {
        double time = decoding.get(i).median();
        double weights = weightBytes(models.get(i), names.get(i));
        double prompt = reading.get(i).median();
        // Each word of the prompt meets every matrix, but only the last one the table of words.
        double flops = 2.0 * PROMPT * multiplied(models.get(i));
        System.out.printf(
            Locale.ROOT,
            "%s: %.2f ms a word, %.1f words/s, %.0f MB of weights: %.1f GB/s, %.0f %%;"
                + " prompt %.1f ms, %.0f GFLOP/s, %.0f %%%n",
            names.get(i),
            time,
            1000 / time,
            weights / 1e6,
            weights / time / 1e6,
            100 * weights / time / 1e6 / bandwidth,
            prompt,
            flops / prompt / 1e6,
            100 * flops / prompt / 1e6 / peak);
        if (Boolean.getBoolean("profile")) {
          System.out.println(rows.get(i).profile(2));
        }
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

  /** Weights that every word of a prompt is multiplied by. */
  private static double multiplied(Pretrained model) {
    double count = 0;
    for (var entry : model.weights().entrySet()) {
      boolean table = entry.getKey().contains("wpe") || entry.getKey().contains("wte");
      boolean words = entry.getKey().contains("embed_tokens");
      if (entry.getValue().shape().rank() == 2 && !table && !words) {
        count += entry.getValue().elements();
      }
    }
    return count;
  }

  private DecodeSpeed() {}
}
