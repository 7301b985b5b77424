package dev.gatun.models.task;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.text.Encoding;
import dev.gatun.text.Tokenizer;
import dev.gatun.train.Trainer;
import dev.gatun.train.optim.Clipping;
import dev.gatun.train.optim.Optimizers;
import dev.gatun.train.schedule.Schedules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small BERT learns to find answers: who took what where and when, in passages that it has not
 * seen.
 */
@Tag("acceptance")
class AnswerTuningTests {
  private static final List<String> NAMES =
      List.of("anna", "bert", "carl", "dora", "emil", "fred", "gina", "hugo");
  private static final List<String> COLOURS =
      List.of("red", "blue", "green", "black", "white", "brown");
  private static final List<String> THINGS =
      List.of("boat", "house", "horse", "book", "chair", "lamp", "coat", "drum");
  private static final List<String> PLACES =
      List.of("oslo", "rome", "paris", "vienna", "york", "cairo", "lima", "quito");
  private static final List<String> DAYS =
      List.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");
  private static final List<String> QUESTIONS =
      List.of("who took it ?", "what was taken ?", "where was it taken ?", "when was it taken ?");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  /**
   * A passage with a question.
   *
   * @param start of the answer in the passage
   */
  private record Asked(String question, String passage, String answer, int start) {
    static Asked of(Random random) {
      String thing = any(THINGS, random);
      // One to three words.
      for (int more = random.nextInt(3); more > 0; more--) {
        thing = any(COLOURS, random) + " " + thing;
      }
      List<String> answers =
          List.of(any(NAMES, random), thing, any(PLACES, random), any(DAYS, random));
      List<String> parts =
          new ArrayList<>(
              List.of("to " + answers.get(2), "on " + answers.get(3), "at last", "with no one"));
      Collections.shuffle(parts, random);
      int before = random.nextInt(3);
      String passage =
          String.join(" ", parts.subList(0, before))
              + " "
              + answers.get(0)
              + " took the "
              + thing
              + " "
              + String.join(" ", parts.subList(before, 4))
              + " .";
      passage = passage.strip();
      int wanted = random.nextInt(QUESTIONS.size());
      int start = passage.indexOf(wanted == 1 ? "the " + thing : answers.get(wanted));
      return new Asked(
          QUESTIONS.get(wanted), passage, answers.get(wanted), wanted == 1 ? start + 4 : start);
    }

    private static String any(List<String> words, Random random) {
      return words.get(random.nextInt(words.size()));
    }
  }

  /** Whole words between [CLS] and [SEP]. */
  private static Tokenizer tokenizer() {
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]"));
    words.addAll(NAMES);
    words.addAll(COLOURS);
    words.addAll(THINGS);
    words.addAll(PLACES);
    words.addAll(DAYS);
    words.addAll(List.of("who", "what", "where", "when", "took", "it", "was", "taken", "?"));
    words.addAll(List.of("the", "to", "on", "at", "last", "with", "no", "one", "."));
    String vocabulary =
        java.util.stream.IntStream.range(0, words.size())
            .mapToObj(i -> "\"" + words.get(i) + "\": " + i)
            .collect(Collectors.joining(", "));
    return Tokenizer.parse(
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
         "decoder": null,
         "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "[UNK]"}}
        """
            .formatted(vocabulary));
  }

  private Path untrained(Tokenizer tokenizer) throws IOException {
    try (Pretrained model =
        Pretrained.initialized(
            Config.of(
                """
                {"model_type": "bert", "architectures": ["BertForQuestionAnswering"],
                 "vocab_size": %d, "hidden_size": 64, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "intermediate_size": 128,
                 "max_position_embeddings": 48, "hidden_dropout_prob": 0.0,
                 "attention_probs_dropout_prob": 0.0, "pad_token_id": 0}
                """
                    .formatted(tokenizer.vocabularySize())))) {
      model.save(folder.resolve("untrained"));
    }
    return folder.resolve("untrained");
  }

  private static final int LENGTH = 32;

  private static Map<String, Tensor> batch(Tokenizer tokenizer, Random random, int count) {
    long[] ids = new long[count * LENGTH];
    long[] types = new long[count * LENGTH];
    long[] mask = new long[count * LENGTH];
    long[] starts = new long[count];
    long[] ends = new long[count];
    for (int i = 0; i < count; i++) {
      Asked asked = Asked.of(random);
      Encoding e = tokenizer.encodePair(asked.question(), asked.passage());
      for (int t = 0; t < e.length(); t++) {
        ids[i * LENGTH + t] = e.ids()[t];
        types[i * LENGTH + t] = e.typeIds()[t];
        mask[i * LENGTH + t] = 1;
        if (e.sequenceIds()[t] == 1) {
          starts[i] = e.span(t).start() == asked.start() ? t : starts[i];
          ends[i] = e.span(t).end() == asked.start() + asked.answer().length() ? t : ends[i];
        }
      }
    }
    return Map.of(
        "input_ids", Tensor.of(ids, count, LENGTH),
        "token_type_ids", Tensor.of(types, count, LENGTH),
        "attention_mask", Tensor.of(mask, count, LENGTH),
        "start_positions", Tensor.of(starts, count),
        "end_positions", Tensor.of(ends, count));
  }

  private static Pretrained trained(Pretrained model, Tokenizer tokenizer, int steps) {
    Random random = new Random(1);
    try (Trainer trainer =
        Trainer.builder(model.net("input_ids", "token_type_ids", "attention_mask"))
            .loss(model.objective())
            .optimizer(Optimizers.adamW(1e-3))
            .schedule(Schedules.warmupLinear(100, steps))
            .clip(Clipping.norm(1))
            .seed(1)
            .build()) {
      for (int i = 0; i < steps; i++) {
        double loss = trainer.step(batch(tokenizer, random, 32));
        if (i % 100 == 0) {
          System.out.printf("answers: step %d, loss %.4f%n", i, loss);
        }
      }
      return model.with(trainer.net());
    }
  }

  @Test
  void passagesThatWereNeverSeenHoldAnswers() throws Exception {
    Tokenizer tokenizer = tokenizer();
    Path tuned = folder.resolve("tuned");
    try (Pretrained model = Pretrained.load(untrained(tokenizer));
        Pretrained trained = trained(model, tokenizer, 600)) {
      trained.save(tuned);
    }
    tokenizer.save(tuned.resolve("tokenizer.json"));
    Random random = new Random(2);
    int exact = 0;
    int count = 300;
    try (QuestionAnswerer answerer = QuestionAnswerer.load(tuned)) {
      for (int i = 0; i < count; i++) {
        Asked asked = Asked.of(random);
        QuestionAnswerer.Span span = answerer.answer(asked.question(), asked.passage());
        exact += span.text().equals(asked.answer()) && span.start() == asked.start() ? 1 : 0;
      }
    }
    System.out.printf("answers: %d of %d exact%n", exact, count);
    assertTrue(exact >= 0.95 * count, exact + " of " + count);
  }
}
