package dev.gatun.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Recipe;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import dev.gatun.models.vision.Torchvision;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks by torchvision's names have as many parameters as torchvision says. */
class TorchvisionTests {
  /** Numbers that nobody looks at take no memory. */
  private record Zeros() implements Recipe {
    @Override
    public void write(java.lang.foreign.MemorySegment to) {
      to.fill((byte) 0);
    }
  }

  // From torchvision's table of models.
  @ParameterizedTest
  @CsvSource({
    "alexnet, 61100840",
    "convnext_base, 88591464",
    "convnext_large, 197767336",
    "convnext_small, 50223688",
    "convnext_tiny, 28589128",
    "densenet121, 7978856",
    "densenet161, 28681000",
    "densenet169, 14149480",
    "densenet201, 20013928",
    "efficientnet_b0, 5288548",
    "efficientnet_b1, 7794184",
    "efficientnet_b2, 9109994",
    "efficientnet_b3, 12233232",
    "efficientnet_b4, 19341616",
    "efficientnet_b5, 30389784",
    "efficientnet_b6, 43040704",
    "efficientnet_b7, 66347960",
    "mobilenet_v2, 3504872",
    "mobilenet_v3_large, 5483032",
    "mobilenet_v3_small, 2542856",
    "resnet18, 11689512",
    "resnet34, 21797672",
    "resnet50, 25557032",
    "resnet101, 44549160",
    "resnet152, 60192808",
    "resnext50_32x4d, 25028904",
    "resnext101_32x8d, 88791336",
    "resnext101_64x4d, 83455272",
    "wide_resnet50_2, 68883240",
    "wide_resnet101_2, 126886696",
    "squeezenet1_0, 1248424",
    "squeezenet1_1, 1235496",
    "vgg11, 132863336",
    "vgg11_bn, 132868840",
    "vgg13, 133047848",
    "vgg13_bn, 133053736",
    "vgg16, 138357544",
    "vgg16_bn, 138365992",
    "vgg19, 143667240",
    "vgg19_bn, 143678248",
    "swin_t, 28288354",
    "swin_s, 49606258",
    "swin_b, 87768224",
    "r3d_18, 33371472",
    "fasterrcnn_resnet50_fpn, 41755286",
    "maskrcnn_resnet50_fpn, 44401393",
    "vit_b_16, 86567656",
    "vit_b_32, 88224232",
    "vit_l_16, 304326632",
    "vit_l_32, 306535400",
  })
  void counts(String name, long parameters) {
    try (Pretrained model =
        Pretrained.initialized(
            Pretrained.torchvision(name),
            p -> Tensor.computed(p.dtype(), p.shape(), new Zeros()))) {
      assertEquals(parameters, model.parameterCount());
    }
  }

  /** Norms that learn have two more numbers a channel. */
  @ParameterizedTest
  @CsvSource({"fasterrcnn_resnet50_fpn, 41808406", "maskrcnn_resnet50_fpn, 44454513"})
  void countsOfDetectorsWhoseNormsLearn(String name, long parameters) {
    Config config =
        Config.of("{\"model_type\": \"torchvision\", \"norm\": \"batch\"}").withClass(name);
    try (Pretrained model =
        Pretrained.initialized(config, p -> Tensor.computed(p.dtype(), p.shape(), new Zeros()))) {
      assertEquals(parameters, model.parameterCount());
    }
  }

  @Test
  void namesAreKnownByTheirWeights() {
    Map<String, String> parts =
        Map.of(
            "resnet50", "layer4.2.bn3.running_var",
            "densenet121", "features.denseblock4.denselayer16.conv2.weight",
            "mobilenet_v3_small", "features.11.block.2.fc2.bias",
            "efficientnet_b0", "features.2.1.block.2.fc1.weight",
            "vit_b_16", "encoder.layers.encoder_layer_11.self_attention.in_proj_weight",
            "convnext_tiny", "features.7.2.layer_scale",
            "maskrcnn_resnet50_fpn", "roi_heads.mask_predictor.conv5_mask.weight",
            "fasterrcnn_resnet50_fpn", "backbone.body.layer4.2.bn3.running_var",
            "googlenet", "aux2.fc1.bias");
    parts.forEach(
        (name, key) -> {
          try (Pretrained model =
              Pretrained.initialized(
                  Pretrained.torchvision(name),
                  p -> Tensor.computed(p.dtype(), p.shape(), new Zeros()))) {
            assertTrue(
                model.weights().containsKey(key),
                () -> name + ": no " + key + " in " + new TreeSet<>(model.weights().keySet()));
          }
        });
    assertTrue(new Torchvision().classes().size() > 50);
  }
}
