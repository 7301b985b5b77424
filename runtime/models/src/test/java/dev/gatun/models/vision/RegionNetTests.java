package dev.gatun.models.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.models.task.FoundInstance;
import dev.gatun.models.task.FoundObject;
import dev.gatun.models.task.InstanceSegmenter;
import dev.gatun.models.task.ObjectDetector;
import dev.gatun.models.task.Segmentation;
import dev.gatun.models.task.Segmenter;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.Resampling;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import dev.gatun.vision.Box;
import dev.gatun.vision.MeanPrecision;
import dev.gatun.vision.Preprocessing;
import dev.gatun.vision.TargetSize;
import dev.gatun.vision.Tiling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks for regions learn pictures by heart, find what is in others and tell masks apart. */
class RegionNetTests {
  private static final String CONFIG =
      """
      {"model_type": "torchvision", "num_labels": 3, "norm": "batch", "out_channels": 32,
       "representation_size": 64, "box_batch_size_per_image": 32,
       "rpn_pre_nms_top_n_train": 200, "rpn_post_nms_top_n_train": 100,
       "rpn_pre_nms_top_n_test": 200, "rpn_post_nms_top_n_test": 100,
       "box_detections_per_img": 20}
      """;

  /** A narrow network. */
  private static Pretrained small(boolean masks) {
    RegionNet net = new RegionNet(ResidualNet.of(false, 1, 1, 1, 1), masks);
    Config config = Config.of(CONFIG);
    return Pretrained.initialized(config, net.architecture(config, 3));
  }

  private static Tensor get(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name), name);
  }

  /** As many rows for each picture, whatever was found; tasks put them into the picture. */
  @Test
  void resultsHaveFixedSizes() {
    float[] x = new float[2 * 3 * 50 * 70];
    Random random = new Random(8);
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    try (Pretrained network = small(true)) {
      Map<String, Tensor> found =
          network.predict(Map.of("pixel_values", Tensor.of(x, 2, 3, 50, 70)));
      assertEquals(Shape.of(2, 20, 4), get(found, "boxes").shape());
      assertEquals(Shape.of(2, 20, 28, 28), get(found, "masks").shape());
      Tensor scores = get(found, "scores");
      int things = 0;
      for (int i = 0; i < 40; i++) {
        Tensor b = get(found, "boxes");
        Box box =
            new Box(
                b.getFloat(4L * i),
                b.getFloat(4L * i + 1),
                b.getFloat(4L * i + 2),
                b.getFloat(4L * i + 3));
        assertEquals(box, box.within(50, 70));
        assertTrue(i % 20 == 0 || scores.getFloat(i) <= scores.getFloat(i - 1L));
        assertEquals(scores.getFloat(i) > 0, get(found, "labels").getLong(i) > 0);
        things += scores.getFloat(i) > 0 ? 1 : 0;
      }
      assertTrue(things > 0, "with three classes nothing is surely nothing");
      tasks(network);
    }
  }

  private static void tasks(Pretrained network) {
    long[] levels = new Random(9).longs(3L * 40 * 60, 0, 256).toArray();
    Tensor picture = Tensor.whole(DType.U8, Shape.of(3, 40, 60), levels);
    Preprocessing twice =
        Preprocessing.imageNet(80, 0, Resampling.BILINEAR).resized(TargetSize.exactly(80, 120));
    InstanceSegmenter segmenter = InstanceSegmenter.of(network, twice);
    List<FoundInstance> instances = segmenter.segment(picture, 0.1);
    List<FoundObject> objects = ObjectDetector.of(network, twice).detect(picture, 0.1);
    assertTrue(!objects.isEmpty(), "nothing found");
    assertEquals(instances.size(), objects.size());
    for (int i = 0; i < objects.size(); i++) {
      Box box = objects.get(i).box();
      assertEquals(instances.get(i).box(), box);
      assertEquals(instances.get(i).what(), objects.get(i).what());
      assertEquals(box, box.within(40, 60));
      Tensor mask = instances.get(i).mask();
      assertEquals(Shape.of(40, 60), mask.shape());
      for (int p = 0; p < 2400; p++) {
        int row = p / 60;
        int column = p % 60;
        boolean near =
            row > box.top() - 4
                && row < box.bottom() + 4
                && column > box.left() - 4
                && column < box.right() + 4;
        assertTrue(near || mask.getLong(p) == 0, "a mask far from its box");
      }
    }
    Segmenter painter = Segmenter.of(network, twice);
    String message =
        String.valueOf(
            assertThrows(
                    GatunException.class, () -> painter.tiled(Tiling.of(32, 8)).segment(picture))
                .getMessage());
    assertTrue(message.contains("cannot look at tiles"), message);
    Segmentation map = painter.segment(picture);
    assertEquals(Shape.of(40, 60), map.map().shape());
    List<FoundInstance> sure = segmenter.segment(picture, 0.5);
    for (int p = 0; p < 2400; p++) {
      long expected = 0;
      for (FoundInstance one : sure.reversed()) {
        expected = one.mask().getLong(p) > 0 ? one.what().number() : expected;
      }
      assertEquals(expected, map.map().getLong(p));
    }
  }

  private static Pretrained trained(
      Pretrained network, int steps, boolean masks, IntFunction<Scenes> scenes) {
    String[] inputs = scenes.apply(0).batch(masks).keySet().toArray(new String[0]);
    try (Trainer trainer =
        Trainer.builder(network.net(inputs))
            .loss(network.objective())
            .optimizer(Optimizers.adamW(2e-3))
            .schedule(Schedules.warmupCosine(20, steps))
            .clip(Clipping.norm(10))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        trainer.step(scenes.apply(i).batch(masks));
      }
      return network.with(trainer.net());
    }
  }

  private static double boxes(Pretrained network, Scenes scenes) {
    MeanPrecision<Box> precision = MeanPrecision.ofBoxes(MeanPrecision.Curve.POINTS_101);
    ObjectDetector detector = ObjectDetector.of(network, Scenes.SEEN);
    for (int i = 0; i < scenes.pictures().size(); i++) {
      List<MeanPrecision.Found<Box>> found = new ArrayList<>();
      for (FoundObject one : detector.detect(scenes.pictures().get(i), 0.05)) {
        found.add(new MeanPrecision.Found<>(one.what().number(), one.what().score(), one.box()));
      }
      List<MeanPrecision.Truth<Box>> truths = new ArrayList<>();
      for (int t = 0; t < scenes.things(); t++) {
        truths.add(new MeanPrecision.Truth<>(scenes.label(i, t), scenes.box(i, t), false));
      }
      precision.add(found, truths);
    }
    return precision.value(0.5);
  }

  private static boolean[] bits(Tensor mask) {
    boolean[] bits = new boolean[Math.toIntExact(mask.elements())];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = mask.getLong(i) > 0;
    }
    return bits;
  }

  private static double masks(Pretrained network, Scenes scenes) {
    MeanPrecision<boolean[]> precision = MeanPrecision.ofMasks(MeanPrecision.Curve.POINTS_101);
    InstanceSegmenter segmenter = InstanceSegmenter.of(network, Scenes.SEEN);
    for (int i = 0; i < scenes.pictures().size(); i++) {
      List<MeanPrecision.Found<boolean[]>> found = new ArrayList<>();
      for (FoundInstance one : segmenter.segment(scenes.pictures().get(i), 0.05)) {
        found.add(
            new MeanPrecision.Found<>(one.what().number(), one.what().score(), bits(one.mask())));
      }
      List<MeanPrecision.Truth<boolean[]>> truths = new ArrayList<>();
      for (int t = 0; t < scenes.things(); t++) {
        truths.add(new MeanPrecision.Truth<>(scenes.label(i, t), scenes.mask(i, t), false));
      }
      precision.add(found, truths);
    }
    return precision.value(0.5);
  }

  @Tag("acceptance")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fourPicturesAreLearntByHeart(boolean masks) {
    Scenes scenes = Scenes.of(4, 2, 3);
    try (Pretrained network = small(masks);
        Pretrained trained = trained(network, 120, masks, i -> scenes)) {
      assertEquals(1, boxes(trained, scenes), 1e-9);
    }
  }

  /** Another batch for each step: things beside each other, then things over each other. */
  private static Scenes fresh(int step) {
    return step % 2 == 0 ? Scenes.of(6, 2, 1000 + step) : Scenes.overlapping(6, false, 1000 + step);
  }

  private static double overlap(boolean[] a, boolean[] b) {
    int both = 0;
    int any = 0;
    for (int i = 0; i < a.length; i++) {
      both += a[i] && b[i] ? 1 : 0;
      any += a[i] || b[i] ? 1 : 0;
    }
    return (double) both / any;
  }

  @Tag("acceptance")
  @Test
  void instancesOfOneKindAreToldApart() {
    try (Pretrained network = small(true);
        Pretrained trained = trained(network, 360, true, RegionNetTests::fresh)) {
      Scenes others = Scenes.of(40, 2, 5);
      double boxes = boxes(trained, others);
      double masks = masks(trained, others);
      System.out.printf(
          "scenes of two things: mAP@0.5 %.4f of boxes, %.4f of masks%n", boxes, masks);
      assertTrue(masks >= 0.8, "mAP@0.5 " + masks);
      int apart = 0;
      Scenes discs = Scenes.overlapping(20, true, 6);
      InstanceSegmenter segmenter = InstanceSegmenter.of(trained, Scenes.SEEN);
      for (int i = 0; i < 20; i++) {
        List<FoundInstance> found = segmenter.segment(discs.pictures().get(i), 0.5);
        apart += found.size() == 2 && eachHasItsOwn(found, discs, i) ? 1 : 0;
      }
      System.out.printf("two discs over each other are told apart in %d of 20%n", apart);
      assertTrue(apart >= 15, "only in " + apart);
    }
  }

  private static boolean eachHasItsOwn(List<FoundInstance> found, Scenes scenes, int picture) {
    boolean[] one = bits(found.get(0).mask());
    boolean[] other = bits(found.get(1).mask());
    boolean[] first = scenes.mask(picture, 0);
    boolean[] second = scenes.mask(picture, 1);
    return found.stream().allMatch(f -> f.what().number() == 1)
        && Math.max(
                Math.min(overlap(one, first), overlap(other, second)),
                Math.min(overlap(one, second), overlap(other, first)))
            > 0.6;
  }
}
