package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.Progress;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Batch;
import dev.gatun.train.data.BatchCursor;
import dev.gatun.train.data.Batches;
import dev.gatun.train.data.Batching;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.loss.Losses;
import dev.gatun.train.metric.Average;
import dev.gatun.train.metric.Decision;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Augment;
import dev.gatun.vision.Box;
import dev.gatun.vision.Detection;
import dev.gatun.vision.MeanPrecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scenes of digits: every pixel's class, and every digit's box. */
@Tag("acceptance")
class DigitScenesTests {
  private static final int EPOCHS = 30;

  @Test
  void aUNetTellsDigitsPixelByPixel() throws Exception {
    assumeTrue(DigitScenes.exist(), "the scenes are not there");
    IndexedDataset train = fields(DigitScenes.of("train"));
    Augment augment = Augment.picture("x").mask("y", 0);
    int size = 16;
    long steps = EPOCHS * (train.count() / size + 1);
    try (Trainer trainer =
        Trainer.builder(new UNet(11, 16, 4, true, false, true).net(1, 64, 64))
            .loss(Losses.softmaxCrossEntropy())
            .optimizer(Optimizers.adamW(6e-3))
            .schedule(Schedules.warmupCosine(100, steps))
            .metrics(Metrics.intersectionOverUnion(Average.MACRO, Decision.DEFAULT.classAxis(1)))
            .seed(1)
            .listener(Progress.to(System.out, false))
            .build()) {
      trainer.fit(
          train.augment(3, augment.shift(4)).shuffle(2).batch(size).prefetch(2), Epochs.of(EPOCHS));
      Map<String, Double> result = trainer.evaluate(fields(DigitScenes.of("test")).batch(100));
      System.out.println("U-Net on scenes of digits: " + result);
      assertTrue(result.getOrDefault("macro_iou", 0.0) >= 0.85, result.toString());
    }
  }

  private static IndexedDataset fields(IndexedDataset scenes) {
    return scenes.map(s -> dev.gatun.train.data.Sample.of("x", s.get("x"), "y", s.get("mask")));
  }

  @Test
  void aDetectorFindsDigits() throws Exception {
    assumeTrue(DigitScenes.exist(), "the scenes are not there");
    Yolo yolo = new Yolo(1, 64, 64, 10, 16, 1, List.of(4, 8), 10);
    IndexedDataset train = boxes(DigitScenes.of("train"));
    Augment augment = Augment.picture("x").boxes("boxes", "labels");
    Batching batching = Batching.of(32).pad("boxes", 0).pad("labels", -1);
    long steps = 20 * (train.count() / 32 + 1);
    try (Trainer trainer =
        Trainer.builder(yolo.net())
            .loss(yolo.loss())
            .optimizer(Optimizers.adamW(4e-3))
            .schedule(Schedules.warmupCosine(100, steps))
            .seed(1)
            .listener(Progress.to(System.out, false))
            .build()) {
      trainer.fit(
          train
              .augment(3, augment.affine(5, 0.1, 0.9, 1.1, 0))
              .shuffle(2)
              .batch(batching)
              .prefetch(2),
          Epochs.of(20));
      IndexedDataset test = boxes(DigitScenes.of("test"));
      MeanPrecision<Box> precision = precision(yolo, trainer, test.batch(batching));
      System.out.printf(
          "detector on scenes of digits: mAP@0.5 %.4f, mAP@0.5:0.95 %.4f%n",
          precision.value(0.5), precision.value());
      assertTrue(precision.value(0.5) >= 0.85, "mAP@0.5 " + precision.value(0.5));
    }
  }

  private static IndexedDataset boxes(IndexedDataset scenes) {
    return scenes.map(s -> s.without("mask"));
  }

  private static MeanPrecision<Box> precision(Yolo yolo, Trainer trainer, Batches data) {
    MeanPrecision<Box> precision = MeanPrecision.ofBoxes(MeanPrecision.Curve.POINTS_101);
    try (BatchCursor cursor = data.open(0)) {
      while (cursor.hasNext()) {
        try (Batch batch = cursor.next();
            Outputs outputs = trainer.predict(Map.of("x", batch.get("x")))) {
          List<List<Detection>> found =
              yolo.detections(outputs.get("y0"), outputs.get("y1"), 0.05, 0.6);
          for (int i = 0; i < batch.rows(); i++) {
            precision.add(
                found.get(i).stream()
                    .map(d -> new MeanPrecision.Found<>(d.label(), d.score(), d.box()))
                    .toList(),
                truths(batch.get("boxes"), batch.get("labels"), i));
          }
        }
      }
    }
    return precision;
  }

  private static List<MeanPrecision.Truth<Box>> truths(Tensor boxes, Tensor labels, int row) {
    List<MeanPrecision.Truth<Box>> truths = new ArrayList<>();
    long most = labels.shape().size(1);
    for (long k = row * most; k < (row + 1) * most; k++) {
      if (labels.getLong(k) >= 0) {
        Box box =
            new Box(
                boxes.getFloat(4 * k),
                boxes.getFloat(4 * k + 1),
                boxes.getFloat(4 * k + 2),
                boxes.getFloat(4 * k + 3));
        truths.add(new MeanPrecision.Truth<>((int) labels.getLong(k), box, false));
      }
    }
    return truths;
  }
}
