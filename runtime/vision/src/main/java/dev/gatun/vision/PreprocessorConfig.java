package dev.gatun.vision;

import dev.gatun.train.data.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A preprocessor_config.json, as image processors of Hugging Face write it. */
record PreprocessorConfig(Path file, JsonNode json) {
  /** Largest file, in bytes. */
  private static final long MOST_BYTES = 1 << 20;

  /** Steps that are done here, or that do nothing to a single picture. */
  private static final Set<String> KNOWN_STEPS =
      Set.of(
          "do_resize",
          "do_center_crop",
          "do_rescale",
          "do_normalize",
          "do_convert_rgb",
          "do_flip_channel_order",
          "do_pad",
          "do_reduce_labels",
          "do_convert_annotations");

  /** Pillow's filters by their numbers. */
  private static final List<Resampling> NUMBERS =
      List.of(
          Resampling.NEAREST,
          Resampling.LANCZOS,
          Resampling.BILINEAR,
          Resampling.BICUBIC,
          Resampling.BOX,
          Resampling.HAMMING);

  static Preprocessing read(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new VisionException(file + ": too large for a preprocessor_config.json");
      }
      return new PreprocessorConfig(file, JsonMapper.shared().readTree(Files.readString(file)))
          .preprocessing();
    } catch (IOException | JacksonException e) {
      throw new VisionException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Writes what {@link #read} reads as the same. */
  static void write(Preprocessing p, Path file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("image_processor_type", "CLIPImageProcessor");
    json.put("do_resize", p.size().isPresent());
    p.size().ifPresent(size -> json.put("size", json(size)));
    json.put("resample", NUMBERS.indexOf(p.how()));
    json.put("do_center_crop", p.crop().isPresent());
    p.crop()
        .ifPresent(
            crop -> json.put("crop_size", Map.of("height", crop.height(), "width", crop.width())));
    json.put("do_rescale", true);
    json.put("rescale_factor", p.factor());
    json.put("do_normalize", !p.mean().isEmpty());
    json.put("image_mean", p.mean());
    json.put("image_std", p.deviation());
    json.put("do_flip_channel_order", p.reversed());
    String text = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    Preprocessing again =
        new PreprocessorConfig(file, JsonMapper.shared().readTree(text)).preprocessing();
    if (!again.equals(p)) {
      throw new VisionException(
          file + ": these files cannot say " + p + ", they would be read as " + again);
    }
    try {
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new VisionException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static Map<String, Integer> json(TargetSize size) {
    if (size.height() > 0) {
      return Map.of("height", size.height(), "width", size.width());
    }
    return size.most() > 0
        ? Map.of("shortest_edge", size.shorter(), "longest_edge", size.most())
        : Map.of("shortest_edge", size.shorter());
  }

  private Preprocessing preprocessing() {
    json.properties()
        .forEach(
            option -> {
              String name = option.getKey();
              boolean on = option.getValue().isBoolean() && option.getValue().asBoolean();
              if (name.startsWith("do_") && on && !KNOWN_STEPS.contains(name)) {
                throw new VisionException(
                    file + ": the step '" + name + "' is not known; known are " + KNOWN_STEPS);
              }
            });
    Optional<Preprocessing.CenterCrop> crop = Optional.empty();
    Optional<TargetSize> size = Optional.empty();
    if (flag("do_resize", json.has("size"))) {
      size = Optional.of(size());
    }
    if (flag("do_center_crop", false)) {
      crop = Optional.of(crop());
    }
    if (size.isPresent() && convNext() && size.get().shorter() > 0) {
      // Smaller pictures than 384 are cut out of ones that are a little larger.
      int side = size.get().shorter();
      if (side < 384) {
        size = Optional.of(TargetSize.shorterSide((int) (side / real("crop_pct", 224 / 256.0))));
        crop = Optional.of(new Preprocessing.CenterCrop(side, side, false));
      } else {
        size = Optional.of(TargetSize.exactly(side, side));
      }
    }
    boolean normalized = flag("do_normalize", json.has("image_mean"));
    List<Double> mean = normalized ? reals("image_mean") : List.of();
    return new Preprocessing(
        mean.size() == 1 ? 1 : 3,
        size,
        resampling(),
        crop,
        flag("do_rescale", true) ? real("rescale_factor", 1 / 255.0) : 1,
        mean,
        normalized ? reals("image_std") : List.of(),
        flag("do_flip_channel_order", false));
  }

  /** Name of the class, without what they all end in. */
  private String kind() {
    String name = text("image_processor_type").orElse(text("feature_extractor_type").orElse(""));
    return name.replaceAll("(ImageProcessor|FeatureExtractor)(Fast)?$", "");
  }

  private boolean convNext() {
    return kind().equalsIgnoreCase("ConvNext") || json.has("crop_pct") && !json.has("crop_size");
  }

  private TargetSize size() {
    JsonNode size = get("size");
    if (size == null) {
      throw new VisionException(file + ": pictures are resized, but 'size' is missing");
    }
    if (size.isIntegralNumber()) {
      // Older files have one number, which means a square or the shorter side.
      return switch (kind().toLowerCase(Locale.ROOT)) {
        case "clip", "convnext", "detr", "deformabledetr", "conditionaldetr", "yolos" ->
            TargetSize.shorterSide(size.asInt(), (int) real("max_size", 0));
        default -> TargetSize.exactly(size.asInt(), size.asInt());
      };
    }
    if (size.isArray() && size.size() == 2) {
      return TargetSize.exactly(size.get(1).asInt(), size.get(0).asInt());
    }
    if (size.has("height") && size.has("width")) {
      return TargetSize.exactly(size.get("height").asInt(), size.get("width").asInt());
    }
    if (size.has("shortest_edge")) {
      int most = size.has("longest_edge") ? size.get("longest_edge").asInt() : 0;
      return TargetSize.shorterSide(size.get("shortest_edge").asInt(), most);
    }
    throw new VisionException(
        file
            + ": 'size' is a number, height and width, or shortest_edge (and longest_edge), got "
            + size);
  }

  private Preprocessing.CenterCrop crop() {
    JsonNode size = get("crop_size");
    if (size != null && size.isIntegralNumber()) {
      return new Preprocessing.CenterCrop(size.asInt(), size.asInt(), false);
    }
    if (size != null && size.has("height") && size.has("width")) {
      int height = size.get("height").asInt();
      return new Preprocessing.CenterCrop(height, size.get("width").asInt(), false);
    }
    throw new VisionException(file + ": 'crop_size' is a number or height and width, got " + size);
  }

  private Resampling resampling() {
    int number = (int) real("resample", 2);
    if (number < 0 || number >= NUMBERS.size()) {
      throw new VisionException(
          file + ": 'resample' is one of Pillow's filters 0 to 5, got " + number);
    }
    return NUMBERS.get(number);
  }

  private @Nullable JsonNode get(String name) {
    JsonNode value = json.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private Optional<String> text(String name) {
    return Optional.ofNullable(get(name)).map(node -> node.asString(""));
  }

  private boolean flag(String name, boolean otherwise) {
    JsonNode value = get(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw new VisionException(file + ": '" + name + "' is true or false, got " + value);
    }
    return value.asBoolean();
  }

  private double real(String name, double otherwise) {
    JsonNode value = get(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw new VisionException(file + ": '" + name + "' is a number, got " + value);
    }
    return value.asDouble();
  }

  private List<Double> reals(String name) {
    List<Double> list = new ArrayList<>();
    JsonNode value = get(name);
    if (value != null && value.isArray()) {
      value.forEach(item -> list.add(item.isNumber() ? item.asDouble() : Double.NaN));
    }
    if (list.size() != 1 && list.size() != 3 || list.contains(Double.NaN)) {
      throw new VisionException(file + ": '" + name + "' is 1 or 3 numbers, got " + value);
    }
    return list;
  }
}
