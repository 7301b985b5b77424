package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.LoadOptions;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.train.Listener;
import dev.gatun.train.data.Augmentation;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Batching;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.ImageFolder;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Last;
import dev.gatun.train.data.Pictures;
import dev.gatun.train.data.Sample;
import dev.gatun.train.net.Net;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Fine-tunes the network of a folder so that it sorts pictures into classes, as is usual where
 * there are few of them: its head is replaced by one for the classes of the examples and trained
 * alone, while the body stays bit for bit as it is (its norms use what they know); then all weights
 * are trained at a lower rate. Both with AdamW and a rate that rises for a tenth of the steps and
 * falls to 0.
 *
 * @param headEpochs how often the examples are gone through for the head alone
 * @param epochs how often then for all; with 0 the body stays as it is
 * @param batch examples a step
 * @param headRate the highest rate for the head alone
 * @param rate the highest rate for all
 * @param augmentation changes of the field {@link #PICTURE}, a decoded picture, before each step
 * @param seed of first weights, order and changes
 */
public record ImageTuning(
    long headEpochs,
    long epochs,
    int batch,
    double headRate,
    double rate,
    Optional<Augmentation> augmentation,
    long seed) {
  /** The field that an augmentation changes: uint8 [C, H, W]. */
  public static final String PICTURE = "pixel_values";

  /** What is usual for published networks. */
  public static final ImageTuning DEFAULT =
      new ImageTuning(5, 5, 16, 1e-3, 5e-5, Optional.empty(), 1);

  /**
   * A picture and its class.
   *
   * @param picture decoded with 1 or 3 channels, uint8 [C, H, W], whenever it is asked for
   */
  public record Example(IntFunction<Tensor> picture, String label) {
    /** A picture file, which is decoded again each time. */
    public static Example of(Path file, String label) {
      return new Example(channels -> Pictures.read(file, channels), label);
    }

    /** A decoded picture of as many channels as the network has, uint8 [C, H, W]. */
    public static Example of(Tensor picture, String label) {
      return new Example(channels -> picture, label);
    }

    /** All picture files of a folder, in which each class has a folder of its own. */
    public static List<Example> read(Path root) {
      List<Example> all = new ArrayList<>();
      ImageFolder.files(root)
          .forEach((label, files) -> files.forEach(file -> all.add(of(file, label))));
      return all;
    }
  }

  public ImageTuning {
    if (headEpochs < 0 || epochs < 0 || headEpochs + epochs < 1 || batch < 1) {
      throw new GatunException(
          "fine-tuning: there must be an epoch for the head or for all, and batches of at least 1,"
              + " got %d, %d, %d".formatted(headEpochs, epochs, batch));
    }
    if (!(headRate > 0 && rate > 0)) {
      throw new GatunException(
          "fine-tuning: rates must be positive, got %s, %s".formatted(headRate, rate));
    }
  }

  /** Other numbers of epochs: for the head alone, then for all. */
  public ImageTuning epochs(long head, long all) {
    return new ImageTuning(head, all, batch, headRate, rate, augmentation, seed);
  }

  /** Another number of examples a step. */
  public ImageTuning batch(int size) {
    return new ImageTuning(headEpochs, epochs, size, headRate, rate, augmentation, seed);
  }

  /** Other rates: for the head alone, then for all. */
  public ImageTuning rates(double head, double all) {
    return new ImageTuning(headEpochs, epochs, batch, head, all, augmentation, seed);
  }

  /** With changes of the field {@link #PICTURE}. */
  public ImageTuning augmented(Augmentation changes) {
    return new ImageTuning(headEpochs, epochs, batch, headRate, rate, Optional.of(changes), seed);
  }

  /** Another seed. */
  public ImageTuning seed(long value) {
    return new ImageTuning(headEpochs, epochs, batch, headRate, rate, augmentation, value);
  }

  /**
   * Trains; the folder stays as it is. The classifier can be {@link ImageClassifier#save saved}.
   *
   * @param folder of a published network with preprocessor_config.json, with any head
   * @param examples at least two classes; their names in alphabetical order are the classifier's
   * @param listeners are told how it goes
   */
  public ImageClassifier tune(Path folder, List<Example> examples, Listener... listeners) {
    return tune(folder, PictureModel.preprocessing(folder), examples, listeners);
  }

  /** The same with something else that is done to pictures, now and by the classifier. */
  public ImageClassifier tune(
      Path folder, Preprocessing preprocessing, List<Example> examples, Listener... listeners) {
    List<String> labels = NewHead.labels(examples.stream().map(Example::label));
    Config config = Config.read(folder.resolve("config.json"));
    String head = NewHead.of(config, "ForImageClassification", "sorts pictures");
    Pretrained model = Pretrained.load(folder, LoadOptions.DEFAULT.as(head).labels(labels));
    try {
      NewHead.requireBody(model, folder.toString(), name -> false);
      IndexedDataset samples = samples(preprocessing, labels, examples);
      Net net = model.net(PICTURE);
      String body = model.architecture().keys().base();
      if (headEpochs > 0) {
        net = trained(net.freeze(body), model, samples, headEpochs, headRate, listeners).unfreeze();
      }
      if (epochs > 0) {
        net = trained(net, model, samples, epochs, rate, listeners);
      }
      return ImageClassifier.of(model.with(net), preprocessing);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** The share of examples whose likeliest class is theirs. */
  public static double accuracy(ImageClassifier classifier, List<Example> examples) {
    long right =
        examples.stream()
            .filter(
                e ->
                    classifier
                        .classify(e.picture().apply(classifier.channels()), 1)
                        .get(0)
                        .label()
                        .equals(e.label()))
            .count();
    return (double) right / examples.size();
  }

  private Net trained(
      Net net,
      Pretrained model,
      IndexedDataset samples,
      long times,
      double highest,
      Listener... listeners) {
    Batching batching = Batching.of(batch).last(Last.PAD).weights("weight");
    Batches batches = samples.shuffle(seed).batch(batching);
    long steps = times * ((samples.count() + batch - 1) / batch);
    return NewHead.train(net, model, batches, times, steps, highest, seed, listeners);
  }

  private IndexedDataset samples(
      Preprocessing preprocessing, List<String> labels, List<Example> examples) {
    IndexedDataset pictures =
        Dataset.of(
            examples.size(),
            i -> {
              Example example = examples.get((int) i);
              return Sample.of(
                  PICTURE,
                  example.picture().apply(preprocessing.channels()),
                  "labels",
                  Tensor.scalar(labels.indexOf(example.label())));
            });
    IndexedDataset changed =
        augmentation.isPresent() ? pictures.augment(seed, augmentation.get()) : pictures;
    return changed.map(s -> s.with(PICTURE, preprocessing.apply(s.get(PICTURE))));
  }
}
