package dev.gatun.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every tokenizer and every case of the reference values, exactly. */
class TokenizerGoldenTests {
  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  private static List<String> strings(JsonNode array) {
    List<String> values = new ArrayList<>();
    array.values().forEach(value -> values.add(value.stringValue()));
    return values;
  }

  private static List<Encoding.Span> spans(JsonNode array) {
    List<Encoding.Span> spans = new ArrayList<>();
    array
        .values()
        .forEach(v -> spans.add(new Encoding.Span(v.get(0).intValue(), v.get(1).intValue())));
    return spans;
  }

  @TestFactory
  List<DynamicTest> agreesWithTheReference() throws Exception {
    Path directory = Shared.golden("tokenizers");
    assumeTrue(
        Files.isDirectory(directory), "no reference values: set gatun.golden to their directory");
    JsonNode cases =
        JsonMapper.shared().readTree(Files.readString(directory.resolve("cases.json")));
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : cases.propertyNames()) {
      Tokenizer tokenizer = Tokenizer.load(directory.resolve(name + ".json"));
      int i = 0;
      for (JsonNode each : cases.get(name).values()) {
        tests.add(DynamicTest.dynamicTest(name + " " + i++, () -> check(tokenizer, each)));
      }
    }
    assertTrue(tests.size() > 0, "no case in " + directory);
    return tests;
  }

  private static void check(Tokenizer tokenizer, JsonNode expected) {
    String text = expected.get("text").stringValue();
    Encoding encoding =
        expected.has("pair")
            ? tokenizer.encodePair(text, expected.get("pair").stringValue())
            : tokenizer.encode(text);
    assertEquals(strings(expected.get("tokens")), encoding.tokens(), text);
    assertArrayEquals(ints(expected.get("ids")), encoding.ids(), text);
    if (expected.has("offsets")) {
      assertEquals(spans(expected.get("offsets")), encoding.spans(), text);
    }
    Map<String, int[]> masks =
        Map.of(
            "type_ids", encoding.typeIds(),
            "attention_mask", encoding.attentionMask(),
            "special_tokens_mask", encoding.specialTokensMask(),
            "word_ids", encoding.wordIds());
    masks.forEach(
        (name, actual) -> {
          if (expected.has(name)) {
            assertArrayEquals(ints(expected.get(name)), actual, name + " of " + text);
          }
        });
    if (expected.has("decoded")) {
      assertEquals(
          expected.get("decoded").stringValue(), tokenizer.decode(encoding.ids(), true), text);
    }
    if (expected.has("decoded_with_special")) {
      assertEquals(
          expected.get("decoded_with_special").stringValue(),
          tokenizer.decode(encoding.ids(), false),
          text);
    }
    StringBuilder streamed = new StringBuilder();
    TokenStream stream = tokenizer.stream(true);
    for (int id : encoding.ids()) {
      streamed.append(stream.next(id));
    }
    streamed.append(stream.finish());
    assertEquals(tokenizer.decode(encoding.ids(), true), streamed.toString(), text);
  }
}
