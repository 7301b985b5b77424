package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Safetensors;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.train.data.DataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a task says about a folder or an input that is not what it should be. */
class BadFoldersTests {
  private static final String BERT = TinyTexts.bert("SequenceClassification");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  private Path weights() {
    return folder.resolve("model.safetensors");
  }

  private String message() {
    return message(() -> TextClassifier.load(folder).close());
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(GatunException.class, call).getMessage());
  }

  @Test
  void aWrongFolderIsNamed() throws Exception {
    Path none = folder.resolve("none");
    assertTrue(message(() -> TextClassifier.load(none)).contains(none.toString()));
    // A folder of something else: no config.json.
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertTrue(message().contains("config.json"), message());
  }

  @Test
  void aMissingTensorIsNamed() throws Exception {
    TinyTexts.folder(folder, BERT);
    Map<String, Tensor> all = new LinkedHashMap<>();
    Safetensors.read(weights())
        .tensors()
        .forEach((key, value) -> all.put(key, Tensor.of(value.toFloats(), value.shape().sizes())));
    all.remove("bert.encoder.layer.0.output.dense.weight");
    all.put("classifier.bias", Tensor.of(new float[7], 7));
    Safetensors.write(weights(), all, Map.of());
    String said = message();
    assertTrue(said.contains("1 missing: bert.encoder.layer.0.output.dense.weight"), said);
    assertTrue(said.contains("mismatched: classifier.bias"), said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing at all
        "{\"a\":", // no JSON
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", // too few bytes
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,999999999999]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"X9\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "[1, 2]"
      })
  void aDamagedHeaderIsRefused(String header) throws Exception {
    TinyTexts.folder(folder, BERT);
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    Files.write(
        weights(),
        ByteBuffer.allocate(8 + json.length + 4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
    assertTrue(message().contains("model.safetensors"), message());
  }

  @Test
  void aHeaderLongerThanTheFileIsRefused() throws Exception {
    TinyTexts.folder(folder, BERT);
    for (long length : new long[] {1L << 40, Long.MAX_VALUE, -1}) {
      Files.write(
          weights(), ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      assertTrue(message().contains("model.safetensors"), message());
    }
    byte[] whole =
        Files.readAllBytes(
            TinyTexts.folder(folder.resolve("w"), BERT).resolve("model.safetensors"));
    Files.write(weights(), java.util.Arrays.copyOf(whole, whole.length - 5));
    assertTrue(message().contains("model.safetensors"), message());
  }

  @Test
  void aFileThatWouldRunSomethingIsRefused() throws Exception {
    TinyTexts.folder(folder, BERT);
    Files.delete(weights());
    Path mark = folder.resolve("executed");
    byte[] pickle = ("cos\nsystem\n(Vtouch " + mark + "\ntR.").getBytes(StandardCharsets.UTF_8);
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(folder.resolve("pytorch_model.bin")))) {
      ZipEntry entry = new ZipEntry("archive/data.pkl");
      CRC32 sum = new CRC32();
      sum.update(pickle);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(pickle.length);
      entry.setCrc(sum.getValue());
      zip.putNextEntry(entry);
      zip.write(pickle);
      zip.closeEntry();
    }
    String said = message();
    assertTrue(said.contains("pytorch_model.bin") && said.contains("nothing is executed"), said);
    assertFalse(Files.exists(mark));
  }

  @Test
  void anUnknownNetworkIsToldTheKnownOnes() throws Exception {
    TinyTexts.folder(folder, BERT);
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bertt\"}");
    String said = message();
    for (String known : List.of("'bertt'", "bert", "llava", "wav2vec2", "whisper", "vit")) {
      assertTrue(said.contains(known), said);
    }
  }

  @Test
  void textThatIsNoUnicodeIsReadOrNamed() throws Exception {
    TinyTexts.folder(folder, BERT);
    try (TextClassifier classifier = TextClassifier.load(folder)) {
      // Half a character counts as U+FFFD, as everywhere.
      assertEquals(classifier.classify("a\ufffdb"), classifier.classify("a\ud83db"));
      assertEquals(classifier.classify("a\ufffd"), classifier.classify("a\ude00"));
    }
    byte[] config = Files.readAllBytes(folder.resolve("config.json"));
    byte[] tokenizer = Files.readAllBytes(folder.resolve("tokenizer.json"));
    Files.write(folder.resolve("config.json"), broken(config, "good"));
    assertTrue(message().contains("config.json"), message());
    Files.write(folder.resolve("config.json"), config);
    Files.write(folder.resolve("tokenizer.json"), broken(tokenizer, "special"));
    assertTrue(message().contains("tokenizer.json"), message());
  }

  /** With a byte that begins no character in place of a letter. */
  private static byte[] broken(byte[] json, String word) {
    String text = new String(json, StandardCharsets.ISO_8859_1);
    byte[] bytes = json.clone();
    bytes[text.indexOf(word) + 1] = (byte) 0xff;
    return bytes;
  }

  @Test
  void aPictureThatClaimsToBeHugeIsNotDecoded() throws Exception {
    Path vit = folder.resolve("vit");
    try (Pretrained model =
        Pretrained.initialized(
            Config.of(
                """
                {"model_type": "vit", "architectures": ["ViTForImageClassification"],
                 "image_size": 16, "patch_size": 8, "hidden_size": 16, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "intermediate_size": 24}
                """))) {
      model.save(vit);
    }
    Files.writeString(
        vit.resolve("preprocessor_config.json"),
        "{\"do_resize\": true, \"size\": {\"height\": 16, \"width\": 16}}");
    Path bomb = Files.write(folder.resolve("bomb.png"), png(60_000, 60_000));
    Path torn = Files.write(folder.resolve("torn.png"), png(16, 16));
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    try (ImageClassifier classifier = ImageClassifier.load(vit)) {
      String said =
          String.valueOf(
              assertThrows(DataException.class, () -> classifier.classify(bomb, 1)).getMessage());
      assertTrue(said.contains("60000 x 60000") && said.contains("bomb.png"), said);
      assertThrows(GatunException.class, () -> classifier.classify(torn, 1));
      assertThrows(GatunException.class, () -> classifier.classify(text, 1));
      assertThrows(GatunException.class, () -> classifier.classify(folder.resolve("gone.png"), 1));
    }
  }

  /** The beginning of a PNG file: its size, and no pixels. */
  private static byte[] png(int width, int height) {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
    header.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 sum = new CRC32();
    sum.update(header.array());
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10})
        .putInt(13)
        .put(header.array())
        .putInt((int) sum.getValue())
        .array();
  }
}
