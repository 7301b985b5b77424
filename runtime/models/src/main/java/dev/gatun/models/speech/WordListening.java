package dev.gatun.models.speech;

import dev.gatun.audio.Sound;
import dev.gatun.audio.SpeechFeatures;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Generation;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Listener;
import dev.gatun.models.generate.Rules;
import dev.gatun.models.generate.Search;
import dev.gatun.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Whisper: words after a prompt that says language and task. */
final class WordListening implements Listening {
  private static final String WORDS = "decoder_input_ids";

  private final Pretrained model;
  private final Tokenizer tokenizer;
  private final Config generation;
  private final SpeechOptions options;
  private final Map<String, Long> languages;

  private WordListening(
      Pretrained model, Tokenizer tokenizer, Config generation, SpeechOptions options) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.generation = generation;
    this.options = options;
    this.languages = generation.has("lang_to_id") ? generation.numbers("lang_to_id") : Map.of();
  }

  static WordListening of(Path folder, Pretrained model, SpeechOptions options) {
    Path file = folder.resolve("generation_config.json");
    Config generation = Files.exists(file) ? Config.read(file) : model.config();
    Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"));
    WordListening listening = new WordListening(model, tokenizer, generation, options);
    listening.check();
    return listening;
  }

  private void check() {
    if (!options.language().isEmpty() && !languages.isEmpty()) {
      language(options.language());
    }
    if (languages.isEmpty() && (!options.language().isEmpty() || options.translate())) {
      throw new GatunException(
          generation.where() + ": the network knows one language and cannot translate");
    }
  }

  private long language(String name) {
    Long id = languages.get("<|" + name + "|>");
    if (id == null) {
      TreeSet<String> known = new TreeSet<>();
      languages.keySet().forEach(key -> known.add(key.replaceAll("[<|>]", "")));
      throw new GatunException("language '" + name + "' is not known; known are " + known);
    }
    return id;
  }

  @Override
  public String text(SpeechFeatures features, Sound part) {
    Tensor heard = features.apply(part);
    long[] prompt = prompt(heard);
    long places = model.config().integer("max_target_positions", 448);
    int room = Math.toIntExact(Math.max(1, places - prompt.length));
    Search search = Search.of(generation, room, prompt.length, 0);
    search = search.most(Math.min(room, search.words()));
    if (options.beam() > 1) {
      search = beams(search);
    }
    long[] words = words(search, heard, prompt);
    int[] ids = Arrays.stream(words).mapToInt(Math::toIntExact).toArray();
    return tokenizer.decode(ids, true);
  }

  private Search beams(Search greedy) {
    long[] ends = greedy.ends().stream().mapToLong(Long::longValue).toArray();
    Search search = Search.beams(greedy.words(), options.beam()).endingWith(ends);
    List<Long> never = generation.integers("suppress_tokens", List.of());
    return never.isEmpty()
        ? search
        : search.with(Rules.never(never.stream().mapToLong(Long::longValue).toArray()));
  }

  private long[] words(Search search, Tensor heard, long[] prompt) {
    Map<String, Tensor> inputs =
        Map.of(
            "input_features",
            heard,
            WORDS,
            Tensor.whole(DType.I64, Shape.of(1, prompt.length), prompt));
    return Generation.by(search).continuations(model, inputs, Listener.NONE).getFirst().words();
  }

  /** Start, language, task and that there are no times: what a network knows of these. */
  private long[] prompt(Tensor heard) {
    long start =
        generation.has("decoder_start_token_id")
            ? generation.integer("decoder_start_token_id")
            : model.config().integer("decoder_start_token_id", 0);
    List<Long> prompt = new ArrayList<>(List.of(start));
    if (!languages.isEmpty()) {
      long[] all = languages.values().stream().mapToLong(Long::longValue).toArray();
      prompt.add(
          options.language().isEmpty()
              ? words(
                  Search.greedy(1).with(Rules.allowed(words -> all)), heard, new long[] {start})[0]
              : language(options.language()));
      Map<String, Long> tasks =
          generation.has("task_to_id") ? generation.numbers("task_to_id") : Map.of();
      Long task = tasks.get(options.translate() ? "translate" : "transcribe");
      if (task != null) {
        prompt.add(task);
      }
    }
    if (generation.has("no_timestamps_token_id")) {
      prompt.add(generation.integer("no_timestamps_token_id"));
    }
    return prompt.stream().mapToLong(Long::longValue).toArray();
  }
}
