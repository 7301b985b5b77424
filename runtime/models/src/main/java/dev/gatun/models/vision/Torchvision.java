package dev.gatun.models.vision;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.family.Keys;
import dev.gatun.models.family.Labels;
import dev.gatun.models.part.Images;
import dev.gatun.train.net.Input;
import dev.gatun.vision.Preprocessing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks by the names that torchvision has for them. */
public final class Torchvision implements Family {
  /** The model_type of their configs. */
  public static final String TYPE = "torchvision";

  private static final Map<String, VisionNet> NETS = new LinkedHashMap<>();

  private static final ResidualNet RESNET50 = ResidualNet.of(true, 3, 4, 6, 3);
  private static final ResidualNet RESNET101 = ResidualNet.of(true, 3, 4, 23, 3);

  static {
    classifier("alexnet", PlainNets::alexnet);
    Map<String, List<Integer>> vgg =
        Map.of(
            "vgg11", List.of(1, 1, 2, 2, 2),
            "vgg13", List.of(2, 2, 2, 2, 2),
            "vgg16", List.of(2, 2, 3, 3, 3),
            "vgg19", List.of(2, 2, 4, 4, 4));
    vgg.forEach((name, d) -> classifier(name, (x, n) -> PlainNets.vgg(x, n, d, false)));
    vgg.forEach((name, d) -> classifier(name + "_bn", (x, n) -> PlainNets.vgg(x, n, d, true)));
    classifier("resnet18", ResidualNet.of(false, 2, 2, 2, 2)::classified);
    classifier("resnet34", ResidualNet.of(false, 3, 4, 6, 3)::classified);
    classifier("resnet50", RESNET50::classified);
    classifier("resnet101", RESNET101::classified);
    classifier("resnet152", ResidualNet.of(true, 3, 8, 36, 3)::classified);
    classifier("resnext50_32x4d", RESNET50.grouped(32, 4)::classified);
    classifier("resnext101_32x8d", RESNET101.grouped(32, 8)::classified);
    classifier("resnext101_64x4d", RESNET101.grouped(64, 4)::classified);
    classifier("wide_resnet50_2", RESNET50.grouped(1, 128)::classified);
    classifier("wide_resnet101_2", RESNET101.grouped(1, 128)::classified);
    NETS.put("googlenet", VisionNet.severalHeads(GoogLeNet::apply));
    NETS.put("inception_v3", VisionNet.severalHeads(InceptionV3::apply));
    classifier("squeezenet1_0", SqueezeNet::first);
    classifier("squeezenet1_1", SqueezeNet::second);
    densenet("densenet121", DenseNet.of(32, 64, 6, 12, 24, 16));
    densenet("densenet161", DenseNet.of(48, 96, 6, 12, 36, 24));
    densenet("densenet169", DenseNet.of(32, 64, 6, 12, 32, 32));
    densenet("densenet201", DenseNet.of(32, 64, 6, 12, 48, 32));
    classifier("mobilenet_v2", MobileNets::second);
    classifier("mobilenet_v3_large", MobileNets::large);
    classifier("mobilenet_v3_small", MobileNets::small);
    classifier("efficientnet_b0", new EfficientNet(1, 1, 0.2, 1e-5)::classified);
    classifier("efficientnet_b1", new EfficientNet(1, 1.1, 0.2, 1e-5)::classified);
    classifier("efficientnet_b2", new EfficientNet(1.1, 1.2, 0.3, 1e-5)::classified);
    classifier("efficientnet_b3", new EfficientNet(1.2, 1.4, 0.3, 1e-5)::classified);
    classifier("efficientnet_b4", new EfficientNet(1.4, 1.8, 0.4, 1e-5)::classified);
    classifier("efficientnet_b5", new EfficientNet(1.6, 2.2, 0.4, 1e-3)::classified);
    classifier("efficientnet_b6", new EfficientNet(1.8, 2.6, 0.5, 1e-3)::classified);
    classifier("efficientnet_b7", new EfficientNet(2.0, 3.1, 0.5, 1e-3)::classified);
    classifier("convnext_tiny", ConvNext.of(96, 0.1, 3, 3, 9, 3)::classified);
    classifier("convnext_small", ConvNext.of(96, 0.4, 3, 3, 27, 3)::classified);
    classifier("convnext_base", ConvNext.of(128, 0.5, 3, 3, 27, 3)::classified);
    classifier("convnext_large", ConvNext.of(192, 0.5, 3, 3, 27, 3)::classified);
    for (String depth : List.of("50", "101")) {
      ResidualNet backbone = depth.equals("50") ? RESNET50 : RESNET101;
      NETS.put("fcn_resnet" + depth, VisionNet.map((x, n) -> SegmentationNets.fcn(backbone, x, n)));
      NETS.put(
          "deeplabv3_resnet" + depth,
          VisionNet.map((x, n) -> SegmentationNets.deepLab(backbone, x, n)));
    }
  }

  private static final Map<String, VisionTransformer> TRANSFORMERS =
      Map.of(
          "vit_b_16", new VisionTransformer(16, 12, 12, 768, 3072),
          "vit_b_32", new VisionTransformer(32, 12, 12, 768, 3072),
          "vit_l_16", new VisionTransformer(16, 24, 16, 1024, 4096),
          "vit_l_32", new VisionTransformer(32, 24, 16, 1024, 4096),
          "vit_h_14", new VisionTransformer(14, 32, 16, 1280, 5120));

  private static final Map<String, Swin> WINDOWED =
      Map.of(
          "swin_t", new Swin(96, List.of(2, 2, 6, 2), List.of(3, 6, 12, 24), 7, 0.2),
          "swin_s", new Swin(96, List.of(2, 2, 18, 2), List.of(3, 6, 12, 24), 7, 0.3),
          "swin_b", new Swin(128, List.of(2, 2, 18, 2), List.of(4, 8, 16, 32), 7, 0.5));

  /** Of clips [B, 3, T, H, W]; published weights know 400 actions. */
  private static final Map<String, VideoResNet> VIDEO =
      Map.of("r3d_18", new VideoResNet(64, List.of(2, 2, 2, 2)));

  /** Find things in pictures; class 0 means nothing. */
  private static final Map<String, RegionNet> REGIONS =
      Map.of(
          "fasterrcnn_resnet50_fpn", new RegionNet(RESNET50, false),
          "maskrcnn_resnet50_fpn", new RegionNet(RESNET50, true));

  private static void classifier(String name, VisionNet.Classifier net) {
    NETS.put(name, VisionNet.classifier(net));
  }

  private static void densenet(String name, DenseNet net) {
    // Older files have a dot within these names.
    NETS.put(
        name,
        VisionNet.severalHeads(
            (x, classes) -> Map.of("logits", net.classified(x, classes)),
            "(denselayer\\d+\\.(?:norm|conv))\\.([12])\\.",
            "$1$2."));
  }

  /** What published weights expect to be done to pictures. */
  public static Preprocessing preprocessing(String name) {
    return TorchvisionSizes.of(name);
  }

  @Override
  public List<String> modelTypes() {
    return List.of(TYPE);
  }

  @Override
  public List<String> classes() {
    List<String> names = new java.util.ArrayList<>(NETS.keySet());
    names.addAll(new java.util.TreeSet<>(TRANSFORMERS.keySet()));
    names.addAll(new java.util.TreeSet<>(WINDOWED.keySet()));
    names.addAll(VIDEO.keySet());
    names.addAll(new java.util.TreeSet<>(REGIONS.keySet()));
    return names;
  }

  @Override
  public Architecture architecture(Config c, String name) {
    boolean named = c.has("id2label") || c.has("num_labels");
    RegionNet regions = REGIONS.get(name);
    if (regions != null) {
      return regions.architecture(c, named ? c.classes() : RegionNet.USUAL_CLASSES);
    }
    VisionTransformer transformer = TRANSFORMERS.get(name);
    VisionNet net = NETS.get(name);
    long size = c.integer("image_size", 224);
    Input pixels = Images.input(3);
    if (transformer != null) {
      net =
          VisionNet.severalHeads(
              (x, classes) -> Map.of("logits", transformer.classified(x, classes, size)),
              VisionTransformer.KEYS);
      pixels = Input.of("pixel_values", 3, size, size);
    }
    Swin windowed = WINDOWED.get(name);
    if (windowed != null) {
      net = VisionNet.classifier(windowed::classified);
      pixels = Input.of("pixel_values", 3, size, size);
    }
    VideoResNet video = VIDEO.get(name);
    if (video != null) {
      net =
          new VisionNet(
              400,
              Labels.oneClass(),
              (x, classes) -> Map.of("logits", video.classified(x, classes)));
      long any = Shape.UNKNOWN;
      pixels = new Input("pixel_values", DType.F32, Shape.of(3, any, any, any));
    }
    if (net == null) {
      throw new IllegalArgumentException("no network " + name);
    }
    VisionNet.Body body = net.body();
    long classes = named ? c.classes() : net.usualClasses();
    Keys keys = Keys.of("").ignore("^aux_classifier\\.").ignore("relative_position_index$");
    for (int i = 0; i < net.keys().length; i += 2) {
      keys = keys.rename(net.keys()[i], net.keys()[i + 1]);
    }
    return Architecture.of(
            List.of(Architecture.required(pixels)),
            in -> body.apply(in.get("pixel_values"), classes),
            keys)
        .trainedBy(net.loss());
  }
}
