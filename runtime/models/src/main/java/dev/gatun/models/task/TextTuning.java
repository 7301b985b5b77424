package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.text.Tokenizer;
import dev.gatun.train.Listener;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Batching;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.Last;
import dev.gatun.train.data.Sample;
import dev.gatun.train.net.Net;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fine-tunes the network of a folder so that it sorts texts into classes: its head is replaced by
 * one for the classes of the examples, and all weights are trained (AdamW, a rate that rises for a
 * tenth of the steps and falls to 0).
 *
 * @param epochs how often the examples are gone through
 * @param batch examples a step
 * @param rate the highest learning rate
 * @param words tokens a text is cut to, now and by the classifier; at most what the network has
 *     positions for
 * @param seed of first weights, order and dropout
 */
public record TextTuning(long epochs, int batch, double rate, int words, long seed) {
  /** What is usual for published networks. */
  public static final TextTuning DEFAULT = new TextTuning(3, 32, 5e-5, 128, 1);

  /** Lengths are rounded up so that a batch has one of so many: each is a graph of its own. */
  private static final int LENGTHS = 4;

  /** A text and its class. */
  public record Example(String text, String label) {}

  public TextTuning {
    if (epochs < 1 || batch < 1 || rate <= 0 || words < 1) {
      throw new GatunException(
          "fine-tuning: epochs, batch, rate and words must be positive, got %d, %d, %s, %d"
              .formatted(epochs, batch, rate, words));
    }
  }

  /** Another number of epochs. */
  public TextTuning epochs(long number) {
    return new TextTuning(number, batch, rate, words, seed);
  }

  /** Another number of examples a step. */
  public TextTuning batch(int size) {
    return new TextTuning(epochs, size, rate, words, seed);
  }

  /** Another learning rate. */
  public TextTuning rate(double highest) {
    return new TextTuning(epochs, batch, highest, words, seed);
  }

  /** Another number of tokens that texts are cut to. */
  public TextTuning words(int most) {
    return new TextTuning(epochs, batch, rate, most, seed);
  }

  /** Another seed. */
  public TextTuning seed(long value) {
    return new TextTuning(epochs, batch, rate, words, value);
  }

  /**
   * Trains; the folder stays as it is. The classifier can be {@link TextClassifier#save saved}.
   *
   * @param folder of a published network, with any head
   * @param examples at least two classes; their names in alphabetical order are the classifier's
   * @param listeners are told how it goes
   */
  public TextClassifier tune(Path folder, List<Example> examples, Listener... listeners) {
    List<String> labels = NewHead.labels(examples.stream().map(Example::label));
    Config config = Config.read(folder.resolve("config.json"));
    String head = NewHead.of(config, "ForSequenceClassification", "sorts texts");
    LoadOptions load = LoadOptions.DEFAULT.as(head).labels(labels);
    TextFolder files = TextFolder.load(folder, load, SessionOptions.DEFAULT);
    try {
      // Networks for masked words have no pooler; it is part of the head.
      NewHead.requireBody(
          files.model(), files.folder().toString(), name -> name.contains(".pooler."));
      Pretrained trained = trained(files, labels, examples, listeners);
      return new TextClassifier(files.with(trained, most(files)));
    } catch (RuntimeException | Error e) {
      files.close();
      throw e;
    }
  }

  /** The share of examples whose likeliest class is theirs. */
  public static double accuracy(TextClassifier classifier, List<Example> examples) {
    long right =
        examples.stream()
            .filter(e -> classifier.classify(e.text()).get(0).label().equals(e.label()))
            .count();
    return (double) right / examples.size();
  }

  private Pretrained trained(
      TextFolder files, List<String> labels, List<Example> examples, Listener... listeners) {
    Pretrained model = files.model();
    boolean masked = model.architecture().names().contains("attention_mask");
    Batches batches = batches(files, labels, examples, masked);
    long steps = epochs * ((examples.size() + batch - 1) / batch);
    Net net = masked ? model.net("input_ids", "attention_mask") : model.net("input_ids");
    return model.with(NewHead.train(net, model, batches, epochs, steps, rate, seed, listeners));
  }

  private int most(TextFolder files) {
    return files.most() == 0 ? words : Math.min(words, files.most());
  }

  private Batches batches(
      TextFolder files, List<String> labels, List<Example> examples, boolean masked) {
    int most = most(files);
    Tokenizer tokenizer = files.tokenizer().withoutPadding().withTruncation(most, 0);
    Map<String, Long> numbers = new HashMap<>();
    labels.forEach(label -> numbers.put(label, (long) numbers.size()));
    List<Sample> samples = new ArrayList<>();
    for (Example example : examples) {
      long[] ids = tokenizer.encode(example.text()).idsAsLongs();
      if (ids.length == 0) {
        throw new GatunException("fine-tuning: an example has no words: " + example);
      }
      long[] ones = new long[ids.length];
      Arrays.fill(ones, 1);
      Map<String, Tensor> fields = new LinkedHashMap<>();
      fields.put("input_ids", Tensor.vector(ids));
      if (masked) {
        fields.put("attention_mask", Tensor.vector(ones));
      }
      fields.put("labels", Tensor.scalar(numbers.getOrDefault(example.label(), 0L)));
      samples.add(Sample.of(fields, example.text()));
    }
    int multiple = (most + LENGTHS - 1) / LENGTHS;
    Batching batching =
        Batching.of(batch).last(Last.PAD).weights("weight").buckets("input_ids", 16, seed);
    batching = batching.pad("input_ids", padding((double) files.padding(), multiple));
    if (masked) {
      batching = batching.pad("attention_mask", padding(0, multiple));
    }
    return Dataset.of(samples.size(), i -> samples.get((int) i)).shuffle(seed).batch(batching);
  }

  private static Batching.Padding padding(double value, int multiple) {
    return new Batching.Padding(value, multiple, Optional.empty(), Optional.empty());
  }
}
