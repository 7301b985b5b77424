package dev.gatun.models.vision;

import dev.gatun.train.net.Flow;
import java.util.LinkedHashMap;
import java.util.Map;

/** Inception v3 (Szegedy and others 2016); one more head while training. */
final class InceptionV3 {
  static Map<String, Flow> apply(Flow pixels, long classes) {
    Map<String, Flow> others = new LinkedHashMap<>();
    Flow x = Convs.basic(pixels, "Conv2d_1a_3x3", 32, 3, o -> o.stride(2));
    x = Convs.basic(x, "Conv2d_2a_3x3", 32, 3, o -> o);
    x = Convs.basic(x, "Conv2d_2b_3x3", 64, 3, o -> o.pad(1)).maxPool2d(3, p -> p.stride(2));
    x = Convs.basic(x, "Conv2d_3b_1x1", 80, 1, o -> o);
    x = Convs.basic(x, "Conv2d_4a_3x3", 192, 3, o -> o).maxPool2d(3, p -> p.stride(2));
    x = x.named("Mixed_5b").then(y -> small(y, 32));
    x = x.named("Mixed_5c").then(y -> small(y, 64));
    x = x.named("Mixed_5d").then(y -> small(y, 64));
    x = x.named("Mixed_6a").then(InceptionV3::firstReduction);
    x = x.named("Mixed_6b").then(y -> long7(y, 128));
    x = x.named("Mixed_6c").then(y -> long7(y, 160));
    x = x.named("Mixed_6d").then(y -> long7(y, 160));
    x = x.named("Mixed_6e").then(y -> long7(y, 192));
    if (x.training()) {
      others.put("aux", side(x, classes));
    }
    x = x.named("Mixed_7a").then(InceptionV3::secondReduction);
    x = x.named("Mixed_7b").then(InceptionV3::wide);
    x = x.named("Mixed_7c").then(InceptionV3::wide);
    Flow logits = Convs.dense(x.globalAvgPool().dropout(0.5), "fc", classes);
    return VisionNet.results(logits, others);
  }

  private static Flow mean(Flow x) {
    return x.avgPool2d(3, p -> p.stride(1).pad(1));
  }

  private static Flow tall(Flow x, String name, long filters, long height, long width) {
    return Convs.basic(
        x, name, filters, 1, o -> o.kernel(height, width).pad(height / 2, width / 2));
  }

  private static Flow three(Flow x) {
    Flow y = Convs.basic(x, "branch3x3dbl_1", 64, 1, o -> o);
    return Convs.basic(y, "branch3x3dbl_2", 96, 3, o -> o.pad(1));
  }

  private static Flow small(Flow x, long pooled) {
    Flow five = Convs.basic(x, "branch5x5_1", 48, 1, o -> o);
    return Flow.concat(
        1,
        Convs.basic(x, "branch1x1", 64, 1, o -> o),
        Convs.basic(five, "branch5x5_2", 64, 5, o -> o.pad(2)),
        Convs.basic(three(x), "branch3x3dbl_3", 96, 3, o -> o.pad(1)),
        Convs.basic(mean(x), "branch_pool", pooled, 1, o -> o));
  }

  private static Flow firstReduction(Flow x) {
    return Flow.concat(
        1,
        Convs.basic(x, "branch3x3", 384, 3, o -> o.stride(2)),
        Convs.basic(three(x), "branch3x3dbl_3", 96, 3, o -> o.stride(2)),
        x.maxPool2d(3, p -> p.stride(2)));
  }

  private static Flow long7(Flow x, long inner) {
    Flow a = Convs.basic(x, "branch7x7_1", inner, 1, o -> o);
    a = tall(a, "branch7x7_2", inner, 1, 7);
    a = tall(a, "branch7x7_3", 192, 7, 1);
    Flow b = Convs.basic(x, "branch7x7dbl_1", inner, 1, o -> o);
    b = tall(b, "branch7x7dbl_2", inner, 7, 1);
    b = tall(b, "branch7x7dbl_3", inner, 1, 7);
    b = tall(b, "branch7x7dbl_4", inner, 7, 1);
    b = tall(b, "branch7x7dbl_5", 192, 1, 7);
    return Flow.concat(
        1,
        Convs.basic(x, "branch1x1", 192, 1, o -> o),
        a,
        b,
        Convs.basic(mean(x), "branch_pool", 192, 1, o -> o));
  }

  private static Flow secondReduction(Flow x) {
    Flow a = Convs.basic(x, "branch3x3_1", 192, 1, o -> o);
    Flow b = Convs.basic(x, "branch7x7x3_1", 192, 1, o -> o);
    b = tall(b, "branch7x7x3_2", 192, 1, 7);
    b = tall(b, "branch7x7x3_3", 192, 7, 1);
    return Flow.concat(
        1,
        Convs.basic(a, "branch3x3_2", 320, 3, o -> o.stride(2)),
        Convs.basic(b, "branch7x7x3_4", 192, 3, o -> o.stride(2)),
        x.maxPool2d(3, p -> p.stride(2)));
  }

  private static Flow wide(Flow x) {
    Flow a = Convs.basic(x, "branch3x3_1", 384, 1, o -> o);
    Flow b = Convs.basic(x, "branch3x3dbl_1", 448, 1, o -> o);
    b = Convs.basic(b, "branch3x3dbl_2", 384, 3, o -> o.pad(1));
    return Flow.concat(
        1,
        Convs.basic(x, "branch1x1", 320, 1, o -> o),
        tall(a, "branch3x3_2a", 384, 1, 3),
        tall(a, "branch3x3_2b", 384, 3, 1),
        tall(b, "branch3x3dbl_3a", 384, 1, 3),
        tall(b, "branch3x3dbl_3b", 384, 3, 1),
        Convs.basic(mean(x), "branch_pool", 192, 1, o -> o));
  }

  private static Flow side(Flow x, long classes) {
    Flow y = Convs.basic(x.avgPool2d(5, p -> p.stride(3)), "AuxLogits.conv0", 128, 1, o -> o);
    y = Convs.basic(y, "AuxLogits.conv1", 768, 5, o -> o);
    return Convs.dense(y.globalAvgPool(), "AuxLogits.fc", classes);
  }

  private InceptionV3() {}
}
