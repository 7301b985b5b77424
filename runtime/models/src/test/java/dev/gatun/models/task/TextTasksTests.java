package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.Pretrained;
import dev.gatun.models.generate.Continuation;
import dev.gatun.models.generate.Sampling;
import dev.gatun.models.generate.Search;
import dev.gatun.text.ChatTemplate.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTasksTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  @Test
  void textComesInWholeCharacters() throws Exception {
    try (TextGenerator generator = TextGenerator.load(TinyTexts.folder(folder, TinyTexts.GPT2))) {
      Search search = generator.search(60, 1).sampled(new Sampling(2, 0, 1, 0), 3);
      List<String> pieces = new ArrayList<>();
      Answer answer = generator.generate("the ship", search, List.of(), pieces::add);
      assertEquals(answer.text(), String.join("", pieces));
      assertTrue(answer.words() > 1 && pieces.size() > 1, answer.toString());
      assertEquals(answer, generator.generate("the ship", search));
      // A text that came ends the answer before it.
      String stop = answer.text().substring(4, 6);
      Answer cut = generator.generate("the ship", search, List.of(stop), piece -> true);
      assertEquals(answer.text().substring(0, answer.text().indexOf(stop)), cut.text());
      assertEquals(Continuation.End.SEQUENCE, cut.end());
      List<String> two = new ArrayList<>();
      generator.generate(
          "the ship",
          search,
          List.of(),
          piece -> {
            two.add(piece);
            return two.size() < 2;
          });
      assertEquals(2, two.size());
      GatunException none =
          assertThrows(
              GatunException.class,
              () ->
                  generator.answer(
                      List.of(new Message("user", "a")), search, List.of(), piece -> true));
      assertTrue(String.valueOf(none.getMessage()).contains("chat template"), none.toString());
    }
  }

  @Test
  void conversationsAreWrittenAsTheTemplateSays() throws Exception {
    TinyTexts.folder(folder, TinyTexts.GPT2);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": \"{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}<model>{% endif %}\"}");
    Files.writeString(
        folder.resolve("generation_config.json"), "{\"max_new_tokens\": 9, \"eos_token_id\": 0}");
    try (TextGenerator generator = TextGenerator.load(folder)) {
      assertTrue(generator.chats());
      Search search = generator.search(99, 0);
      assertEquals(9, search.words());
      Answer answer =
          generator.answer(
              List.of(new Message("user", "a canal")), search, List.of(), piece -> true);
      // The template's text has the special tokens, and is not given others.
      assertEquals(generator.generate("<user>a canal<model>", search), answer);
      // A conversation that remembers says what one that reads all again says.
      Search varied = search.most(12).sampled(new Sampling(1.5, 0, 1, 0), 4);
      List<Message> talk = new ArrayList<>(List.of(new Message("system", "slow")));
      try (Conversation conversation = generator.conversation(Optional.of("slow"))) {
        for (String question : List.of("a ship", "the canal?", "long ".repeat(30), "é")) {
          talk.add(new Message("user", question));
          Answer expected = generator.answer(talk, varied, List.of(), piece -> true);
          assertEquals(expected, conversation.say(question, varied, List.of(), piece -> true));
          talk.add(new Message("assistant", expected.text()));
          assertEquals(talk, conversation.talk());
        }
      }
    }
  }

  @Test
  void encoderDecodersWriteAnew() throws Exception {
    TinyTexts.folder(folder, TinyTexts.T5);
    try (TextGenerator generator = TextGenerator.load(folder);
        Rewriter rewriter = Rewriter.load(folder, "the ")) {
      Answer answer = generator.generate("the ship is slow", generator.search(256, 0));
      assertEquals(answer.text().strip(), rewriter.rewrite("ship is slow"));
      assertEquals(256, answer.words());
      Answer beams = generator.generate("the ship", generator.search(7, 0).searched(3));
      assertTrue(beams.words() <= 7);
    }
  }

  @Test
  void textsHaveClasses() throws Exception {
    TinyTexts.folder(folder, TinyTexts.bert("SequenceClassification"));
    try (TextClassifier classifier = TextClassifier.load(folder);
        ExecutorService threads = Executors.newFixedThreadPool(16)) {
      List<Label> labels = classifier.classify("a slow ship");
      assertEquals(3, labels.size());
      assertEquals(1, labels.stream().mapToDouble(Label::score).sum(), 1e-9);
      assertTrue(labels.get(0).score() >= labels.get(1).score());
      assertTrue(List.of("bad", "good", "odd").contains(labels.get(2).label()));
      // Far too long: cut to what the network takes.
      assertEquals(3, classifier.classify("ship ".repeat(400)).size());
      List<String> texts = List.of("a slow ship", "canal", "the locks and the canal", "é");
      List<List<Label>> expected = classifier.classify(texts);
      assertEquals(labels, expected.get(0));
      List<Future<List<List<Label>>>> all = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        all.add(threads.submit(() -> classifier.classify(texts)));
      }
      for (Future<List<List<Label>>> each : all) {
        assertEquals(expected, each.get());
      }
    }
    try (Pipeline pipeline = Pipeline.of("sentiment-analysis", folder);
        TextClassifier classifier = TextClassifier.load(folder)) {
      assertEquals(classifier.classify("a ship").get(0), pipeline.run("a ship"));
      assertEquals(pipeline.run("canal"), pipeline.run(List.of("a ship", "canal")).get(1));
    }
    for (String task : List.of("summarization", "nonesuch")) {
      GatunException e = assertThrows(GatunException.class, () -> Pipeline.of(task, folder));
      assertTrue(String.valueOf(e.getMessage()).contains("summarization"), e.toString());
    }
    GatunException other = assertThrows(GatunException.class, () -> TextGenerator.load(folder));
    assertTrue(String.valueOf(other.getMessage()).contains("word by word"), other.toString());
  }

  @Test
  void textsAreVectorsAndHoldAnswers() throws Exception {
    TinyTexts.folder(folder, TinyTexts.bert("QuestionAnswering"));
    try (TextEmbedder embedder = TextEmbedder.load(folder)) {
      double square = 0;
      for (float x : embedder.embed("a ship")) {
        square += x * (double) x;
      }
      assertEquals(1, square, 1e-5);
      assertEquals(1, embedder.similarity("a ship", "a ship"), 1e-5);
      assertTrue(embedder.similarity("a ship", "locks!") < 0.9999);
      assertThrows(GatunException.class, () -> embedder.embed(""));
    }
    try (QuestionAnswerer answerer = QuestionAnswerer.load(folder)) {
      String text = "a ship 😀 is slow";
      QuestionAnswerer.Span span = answerer.answer("the canal?", text);
      int from = text.offsetByCodePoints(0, span.start());
      assertEquals(text.substring(from, text.offsetByCodePoints(0, span.end())), span.text());
      assertFalse(span.text().isEmpty());
      assertTrue(span.score() > 0 && span.score() <= 1, span.toString());
      assertThrows(GatunException.class, () -> answerer.answer("a", "canal ".repeat(300)));
    }
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    assertThrows(GatunException.class, () -> TextGenerator.load(folder.resolve("none")));
    TinyTexts.folder(folder, TinyTexts.GPT2);
    Files.delete(folder.resolve("tokenizer.json"));
    GatunException e = assertThrows(GatunException.class, () -> TextGenerator.load(folder));
    assertTrue(String.valueOf(e.getMessage()).contains("tokenizer.json"), e.toString());
    try (Pretrained model = Pretrained.load(folder)) {
      assertTrue(model.parameterCount() > 0);
    }
  }
}
