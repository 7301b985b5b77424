package dev.gatun.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.formats.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged and hostile files end in an error that names the place. */
class HostileFilesTests {
  private static final String GOOD =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [{"id": 3, "content": "<s>", "single_word": false, "lstrip": false,
         "rstrip": false, "normalized": false, "special": true}],
       "normalizer": {"type": "NFC"},
       "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\\\s+"}, "behavior": "Isolated", "invert": false},
       "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {}},
       "decoder": {"type": "Fuse"},
       "model": {"type": "BPE", "dropout": null, "unk_token": null, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}
      """;

  @TempDir Path directory;

  @Test
  void theFileItselfIsFine() {
    assertEquals("[ab, a, <s>, b]", Tokenizer.parse(GOOD).encode("aba<s>b").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\": \"1.0\" | \"version\": \"2.0\" | $.version: unknown version",
        "\"version\": \"1.0\" | \"versions\": 1 | $.versions: unknown field",
        "\"dropout\": null | \"dropout\": 0.1 | $.model.dropout: random merges",
        "\"dropout\": null | \"drop\": null | $.model.drop: unknown field",
        "\"type\": \"BPE\" | \"type\": \"BP\" | $.model.type: unknown model",
        "[[\"a\", \"b\"]] | [[\"a\", \"c\"]] | $.model.merges[0]: token \"c\" is not in the vocabulary",
        "[[\"a\", \"b\"]] | [[\"b\", \"a\"]] | $.model.merges[0]: token \"ba\" is not",
        "[[\"a\", \"b\"]] | [[\"a\"]] | $.model.merges[0]: expected two tokens, got 1",
        "[[\"a\", \"b\"]] | [\"a b c\"] | $.model.merges[0]: expected two tokens",
        "[[\"a\", \"b\"]] | {} | $.model.merges: expected an array",
        "\"b\": 1 | \"b\": 0 | both have id 0",
        "\"b\": 1 | \"b\": -1 | $.model.vocab.b: expected a whole number",
        "\"b\": 1 | \"b\": 1.5 | $.model.vocab.b: expected a whole number",
        "\"b\": 1 | \"b\": 99999999999999999999 | $.model.vocab.b: expected a whole number",
        "\"b\": 1 | \"b\": \"1\" | got the string \"1\"",
        "\"b\": 1 | \"a\": 1 | not JSON: Duplicate",
        "\"id\": 3 | \"id\": 2 | has id 2, which is \"ab\"",
        "\"content\": \"<s>\" | \"content\": \"ab\" | has id 3 here and 2 in the vocabulary",
        "\"content\": \"<s>\" | \"content\": \"\" | empty token",
        "\"type\": \"NFC\" | \"type\": \"NFX\" | $.normalizer.type: unknown normalizer",
        "\"type\": \"NFC\" | \"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\" | $.normalizer.precompiled_charsmap: the trie",
        "\"type\": \"NFC\" | \"type\": \"Precompiled\", \"precompiled_charsmap\": \"?\" | not base64",
        "\"behavior\": \"Isolated\" | \"behavior\": \"Split\" | $.pre_tokenizer.behavior: unknown value",
        "{\"Regex\": | {\"Pattern\": | $.pre_tokenizer.pattern: expected either",
        "\\\\s+ | (?<=\\\\w)a | only plain characters can be looked for behind",
        "\\\\s+ | a( | '(' without ')'",
        "\\\\s+ | \\\\p{Klingon} | unknown character property 'Klingon'",
        "\\\\s+ | (?i:ss) | without regard to case also is one character",
        "\"id\": \"B\" | \"id\": \"C\" | $.post_processor.pair[1].Sequence.id: unknown value",
        "\"special_tokens\": {} | \"special_tokens\": [] | expected an object, got an array",
        "\"type\": \"Fuse\" | \"type\": \"Fuse\", \"x\": 1 | $.decoder.x: unknown field",
        "\"padding\": null | \"padding\": {\"strategy\": \"All\"} | $.padding.strategy: expected",
        "\"truncation\": null | \"truncation\": 5 | $.truncation: expected an object, got 5",
      })
  void namesThePlace(String good, String bad, String message) throws Exception {
    assertTrue(GOOD.contains(good), good);
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, GOOD.replace(good, bad));
    FormatException e = assertThrows(FormatException.class, () -> Tokenizer.load(file));
    String text = String.valueOf(e.getMessage());
    assertTrue(text.contains(message), text);
    assertTrue(text.startsWith(file.toString()), text);
  }

  @Test
  void deepAndTruncatedJson() {
    String deep = "{\"normalizer\":" + "{\"type\":\"Sequence\",\"normalizers\":[".repeat(5000);
    for (String json : new String[] {deep, GOOD.substring(0, 300), "", "[]", "nul"}) {
      assertThrows(FormatException.class, () -> Tokenizer.parse(json), json);
    }
    assertThrows(FormatException.class, () -> Tokenizer.load(directory.resolve("none.json")));
  }

  @Test
  void gapsInTheVocabularyTakeNoMemory() {
    Tokenizer tokenizer = Tokenizer.parse(GOOD.replace("\"ab\": 2", "\"ab\": 2147483646"));
    assertEquals(2147483646, tokenizer.encode("ab").ids()[0]);
    assertEquals("aba", tokenizer.decode(new int[] {2147483646, 7, 1000000, 0}, true));
    assertEquals(Integer.MAX_VALUE, tokenizer.vocabularySize());
  }

  @Test
  void tooMuchBacktrackingIsAnError() {
    Tokenizer tokenizer = Tokenizer.parse(GOOD.replace("\\\\s+", "(?:a|b)+c"));
    RuntimeException e =
        assertThrows(RuntimeException.class, () -> tokenizer.encode("ab".repeat(1_000_000)));
    assertTrue(String.valueOf(e.getMessage()).contains("backtracking"), e.getMessage());
  }
}
