package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.Npy;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** classify, detect and segment on networks with first weights. */
class PictureCommandsTests extends CommandTest {
  private static final String VIT =
      """
      {"model_type": "vit", "architectures": ["ViTForImageClassification"], "image_size": 16,
       "patch_size": 8, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
       "intermediate_size": 24, "id2label": {"0": "cat", "1": "dog", "2": "bird"}}
      """;
  private static final String SEGFORMER =
      """
      {"model_type": "segformer", "architectures": ["SegformerForSemanticSegmentation"],
       "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1],
       "num_attention_heads": [1, 1, 2, 2], "decoder_hidden_size": 16,
       "id2label": {"0": "sky", "1": "sea"}}
      """;

  @TempDir private Path folder = Path.of("");

  private String model(String config, int side) throws Exception {
    try (Pretrained model = Pretrained.initialized(Config.of(config))) {
      model.save(folder);
    }
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"size\": {\"height\": %d, \"width\": %d}, \"do_normalize\": false}"
            .formatted(side, side));
    return folder.toString();
  }

  private String picture() throws Exception {
    Path path = folder.resolve("p.png");
    assertTrue(
        ImageIO.write(new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB), "png", path.toFile()));
    return path.toString();
  }

  @Test
  void classesAreShown() throws Exception {
    assertEquals(0, gatun("classify", model(VIT, 16), picture(), "--top-k", "2"), err.toString());
    assertTrue(out.toString().lines().anyMatch(l -> l.matches(" {2}(cat|dog|bird) +0\\.\\d{4}")));
    assertEquals(3, out.toString().lines().count());
  }

  @Test
  void mapsAreShownAndWritten() throws Exception {
    String map = folder.resolve("map.npy").toString();
    assertEquals(
        0, gatun("segment", model(SEGFORMER, 64), picture(), "--out", map), err.toString());
    assertTrue(out.toString().contains("sky") || out.toString().contains("sea"), out.toString());
    assertEquals(600, Npy.read(Path.of(map)).elements());
    assertEquals(
        0,
        gatun("segment", folder.toString(), picture(), "--tile", "64", "--out", map),
        err.toString());
    assertEquals(600, Npy.read(Path.of(map)).elements());
    assertEquals(1, gatun("segment", folder.toString(), picture(), "--tile", "16"));
    assertTrue(err.toString().contains("take larger tiles"), err.toString());
    assertEquals(1, gatun("segment", folder.toString(), picture(), picture(), "--out", map));
    assertTrue(err.toString().contains("the map of one picture"), err.toString());
  }

  @Test
  @Tag("slow")
  void aNetworkLearnsTheClassesOfAFolder() throws Exception {
    String vit = model(VIT, 16);
    Path data = folder.resolve("scans");
    for (int i = 0; i < 6; i++) {
      Path kind = Files.createDirectories(data.resolve(i % 2 == 0 ? "dark" : "light"));
      BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 400; p++) {
        image.setRGB(p % 20, p / 20, (i % 2 == 0 ? 0x101010 : 0xc0c0c0) + 5 * i + p % 7);
      }
      assertTrue(ImageIO.write(image, "png", kind.resolve(i + ".png").toFile()));
    }
    String tuned = folder.resolve("tuned").toString();
    String[] call = {
      "finetune",
      vit,
      data.toString(),
      "--out",
      tuned,
      "--head-epochs",
      "10",
      "--head-rate",
      "0.01",
      "--epochs",
      "10",
      "--rate",
      "0.005",
      "--test",
      data.toString()
    };
    assertEquals(0, gatun(call), err.toString());
    assertTrue(out.toString().contains("1.0000 of 6 pictures"), out.toString());
    String light = data.resolve("light").resolve("1.png").toString();
    assertEquals(0, gatun("classify", tuned, light), err.toString());
    assertTrue(out.toString().lines().toList().get(1).contains("light"), out.toString());
  }

  @Test
  void whatDoesNotFitIsNamed() throws Exception {
    String vit = model(VIT, 16);
    assertEquals(1, gatun("detect", vit, picture()));
    assertTrue(err.toString().contains("for something else"), err.toString());
    assertEquals(1, gatun("classify", vit, folder.resolve("gone.png").toString()));
    assertTrue(err.toString().contains("gone.png"), err.toString());
    assertEquals(1, gatun("detect", vit, picture(), "--network", "fasterrcnn_resnet50_fpn"));
    assertTrue(err.toString().contains("backbone.body.conv1.weight"), err.toString());
  }
}
