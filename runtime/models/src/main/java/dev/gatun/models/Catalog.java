package dev.gatun.models;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.bart.Bart;
import dev.gatun.models.bert.Bert;
import dev.gatun.models.bert.DistilBert;
import dev.gatun.models.bert.Roberta;
import dev.gatun.models.clip.Clip;
import dev.gatun.models.detr.Detr;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Family;
import dev.gatun.models.gpt2.Gpt2;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llava.Llava;
import dev.gatun.models.resnet.ResNet;
import dev.gatun.models.segformer.SegFormer;
import dev.gatun.models.t5.T5;
import dev.gatun.models.vision.Torchvision;
import dev.gatun.models.vit.Vit;
import dev.gatun.models.wav2vec2.Wav2Vec2;
import dev.gatun.models.whisper.Whisper;
import java.util.List;
import java.util.TreeSet;

/** The families that are known. */
public final class Catalog {
  private static final List<Family> FAMILIES =
      List.of(
          new Bart(),
          new Bert(),
          new DistilBert(),
          new Roberta(),
          new Clip(),
          new Detr(),
          new Gpt2(),
          new Llama(),
          new Llava(),
          new ResNet(),
          new SegFormer(),
          new T5(),
          new Torchvision(),
          new Vit(),
          new Wav2Vec2(),
          new Whisper());

  /** All families. */
  public static List<Family> families() {
    return FAMILIES;
  }

  /** The network of a config; another class than its own if one is given. */
  static Architecture architecture(Config config) {
    String type = config.text("model_type", "");
    for (Family family : FAMILIES) {
      if (family.modelTypes().contains(type)) {
        return family.architecture(config, className(config, family));
      }
    }
    TreeSet<String> known = new TreeSet<>();
    FAMILIES.forEach(family -> known.addAll(family.modelTypes()));
    throw new GatunException(
        config.where() + ": model_type '" + type + "' is not known; known are " + known);
  }

  private static String className(Config config, Family family) {
    List<String> names = config.texts("architectures");
    String name = names.isEmpty() ? family.classes().get(0) : names.get(0);
    if (!family.classes().contains(name)) {
      throw new GatunException(
          config.where() + ": class '" + name + "' is not known; known are " + family.classes());
    }
    return name;
  }

  private Catalog() {}
}
