package dev.gatun.models.generate;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.family.Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How words are chosen and when rows end. Immutable; the same search over the same words gives the
 * same result on the same machine, sampling too: its seed is part of it.
 */
public final class Search {
  private final Choice choice;
  private final Optional<Beams> beams;
  private final List<Rule> rules;
  private final Stop stop;
  private final long seed;

  private Search(Choice choice, Optional<Beams> beams, List<Rule> rules, Stop stop, long seed) {
    this.choice = choice;
    this.beams = beams;
    this.rules = List.copyOf(rules);
    this.stop = stop;
    this.seed = seed;
  }

  private static Stop words(int words) {
    Rules.require(words > 0, "number of words", "at least 1", words);
    return new Stop(words, List.of(), List.of(), OptionalLong.empty());
  }

  /** The most likely word at each step. */
  public static Search greedy(int words) {
    return new Search(new Choice.Likeliest(), Optional.empty(), List.of(), words(words), 0);
  }

  /** A random word at each step. */
  public static Search sampling(int words, Sampling sampling, long seed) {
    return new Search(sampling, Optional.empty(), List.of(), words(words), seed);
  }

  /** The most likely continuation among so many that go on side by side. */
  public static Search beams(int words, int count) {
    return new Search(
        new Choice.Likeliest(),
        Optional.of(new Beams(count, 1, Beams.Patience.USUAL)),
        List.of(),
        words(words),
        0);
  }

  /**
   * What a {@code generation_config.json} says; what it does not say is as greedy search does it.
   *
   * @param words most that come if the file does not say
   * @param given words that rows have already, which the file's max_length counts as well
   */
  public static Search of(Config c, int words, int given, long seed) {
    long most =
        c.has("max_new_tokens")
            ? c.integer("max_new_tokens")
            : c.has("max_length") ? c.integer("max_length") - given : words;
    int count = Math.toIntExact(Math.max(1, most));
    int beams = Math.toIntExact(c.integer("num_beams", 1));
    Search search;
    if (c.flag("do_sample", false)) {
      c.require("num_beams", beams == 1, "1 with do_sample");
      search =
          sampling(
              count,
              new Sampling(
                  c.real("temperature", 1),
                  Math.toIntExact(c.integer("top_k", 50)),
                  c.real("top_p", 1),
                  c.real("min_p", 0)),
              seed);
    } else if (beams > 1) {
      search = beams(count, beams).lengthPenalty(c.real("length_penalty", 1)).patience(c);
    } else {
      search = greedy(count);
    }
    List<Long> ends =
        c.isList("eos_token_id")
            ? c.integers("eos_token_id", List.of())
            : c.has("eos_token_id") ? List.of(c.integer("eos_token_id")) : List.of();
    search = search.endingWith(ends.stream().mapToLong(Long::longValue).toArray());
    return search.rules(c, given);
  }

  private Search patience(Config c) {
    Optional<String> text =
        c.isText("early_stopping") ? c.text("early_stopping") : Optional.empty();
    if (text.isPresent()) {
      c.require("early_stopping", text.get().equals("never"), "true, false, \"never\"");
      return patience(Beams.Patience.ALL);
    }
    return patience(c.flag("early_stopping", false) ? Beams.Patience.NONE : Beams.Patience.USUAL);
  }

  private Search rules(Config c, int given) {
    Search search = this;
    if (c.real("repetition_penalty", 1) != 1) {
      search = search.with(Rules.repetitionPenalty(c.real("repetition_penalty", 1)));
    }
    long run = c.integer("no_repeat_ngram_size", 0);
    if (run > 0) {
      search = search.with(Rules.noRepeatedRun(Math.toIntExact(run)));
    }
    long least =
        c.has("min_new_tokens") ? c.integer("min_new_tokens") : c.integer("min_length", 0) - given;
    if (least > 0) {
      search = search.atLeast(Math.toIntExact(least));
    }
    List<Long> never = c.integers("suppress_tokens", List.of());
    if (!never.isEmpty()) {
      search = search.with(Rules.never(array(never)));
    }
    List<Long> notFirst = c.integers("begin_suppress_tokens", List.of());
    if (!notFirst.isEmpty()) {
      search = search.with(Rules.notFirst(array(notFirst)));
    }
    if (c.has("forced_bos_token_id")) {
      search = search.with(Rules.forced(0, c.integer("forced_bos_token_id")));
    }
    if (c.has("forced_eos_token_id")) {
      search = search.endingAlwaysWith(c.integer("forced_eos_token_id"));
    }
    return search;
  }

  private static long[] array(List<Long> ids) {
    return ids.stream().mapToLong(Long::longValue).toArray();
  }

  /** With another number of words at most. */
  public Search most(int most) {
    return new Search(
        choice,
        beams,
        rules,
        new Stop(words(most).words(), stop.ends(), stop.sequences(), stop.last()),
        seed);
  }

  /** With a random word at each step instead. */
  public Search sampled(Sampling sampling, long otherSeed) {
    return new Search(sampling, Optional.empty(), rules, stop, otherSeed);
  }

  /** With as many beams instead; one is the most likely word at each step. */
  public Search searched(int count) {
    Rules.require(count > 0, "number of beams", "at least 1", count);
    Optional<Beams> several =
        count == 1
            ? Optional.empty()
            : Optional.of(
                beams
                    .map(b -> new Beams(count, b.lengthPenalty(), b.patience()))
                    .orElseGet(() -> new Beams(count, 1, Beams.Patience.USUAL)));
    return new Search(new Choice.Likeliest(), several, rules, stop, seed);
  }

  /** With ids that end a row, beside others that do. */
  public Search endingWith(long... ids) {
    List<Long> ends = new ArrayList<>(stop.ends());
    Arrays.stream(ids).filter(id -> !ends.contains(id)).forEach(ends::add);
    return new Search(
        choice,
        beams,
        rules,
        new Stop(stop.words(), List.copyOf(ends), stop.sequences(), stop.last()),
        seed);
  }

  /** With a sequence of ids that ends a row, beside others that do. */
  public Search stoppingAfter(long... ids) {
    Rules.require(ids.length > 0, "sequence that ends rows", "one word or more", "none");
    List<long[]> sequences = new ArrayList<>(stop.sequences());
    sequences.add(ids.clone());
    return new Search(
        choice, beams, rules, new Stop(stop.words(), stop.ends(), sequences, stop.last()), seed);
  }

  /** With a word that is the last one where no other ends a row before. */
  public Search endingAlwaysWith(long id) {
    return new Search(
        choice,
        beams,
        rules,
        new Stop(stop.words(), stop.ends(), stop.sequences(), OptionalLong.of(id)),
        seed);
  }

  /** With a rule that is applied after those there are. */
  public Search with(Rule rule) {
    List<Rule> all = new ArrayList<>(rules);
    all.add(rule);
    return new Search(choice, beams, all, stop, seed);
  }

  /** With words that end a row only after so many others; call it after {@link #endingWith}. */
  public Search atLeast(int words) {
    return with(Rules.before(words, array(stop.ends())));
  }

  /** With another power of the length in the score of beams. */
  public Search lengthPenalty(double power) {
    return withBeams(new Beams(beams().count(), power, beams().patience()));
  }

  /** Whether a row is done as soon as it has as many finished continuations as beams. */
  public Search stopsEarly(boolean early) {
    return patience(early ? Beams.Patience.NONE : Beams.Patience.USUAL);
  }

  /** A row is done only when nothing can become better than what it has found. */
  public Search exhaustive() {
    return patience(Beams.Patience.ALL);
  }

  private Search patience(Beams.Patience patience) {
    return withBeams(new Beams(beams().count(), beams().lengthPenalty(), patience));
  }

  private Beams beams() {
    return beams.orElseThrow(
        () -> new GatunException("generation: only a search by beams has this option"));
  }

  private Search withBeams(Beams other) {
    return new Search(choice, Optional.of(other), rules, stop, seed);
  }

  /** Ids that end rows. */
  public List<Long> ends() {
    return stop.ends();
  }

  /** Most words that come. */
  public int words() {
    return stop.words();
  }

  /**
   * Goes on.
   *
   * @param inputs of the encoder, if there is one
   * @param first words of each row
   * @param listener hears of words as they are chosen, of beams only at the end
   */
  public List<Continuation> run(
      Decoder decoder, Map<String, Tensor> inputs, List<long[]> first, Listener listener) {
    if (beams.isEmpty()) {
      return walk().run(decoder, inputs, first, listener);
    }
    List<Continuation> found = beams.get().run(decoder, inputs, first, allRules(), stop);
    for (int r = 0; r < found.size(); r++) {
      for (long word : found.get(r).words()) {
        if (!listener.word(r, word)) {
          return found;
        }
      }
    }
    return found;
  }

  /**
   * Goes on with rows that have read all words there are. Words that come are read as well, but for
   * the last one of each row.
   *
   * @param first all words that each row has
   */
  public List<Continuation> run(Decoder decoder, Rows rows, List<long[]> first, Listener listener) {
    if (beams.isPresent()) {
      throw new GatunException("generation: a search by beams begins its own rows");
    }
    return walk().run(rows, first, decoder.decoding().limit(), listener);
  }

  private Walk walk() {
    return new Walk(choice, allRules(), stop, seed);
  }

  private List<Rule> allRules() {
    List<Rule> all = new ArrayList<>(rules);
    stop.last().ifPresent(id -> all.add(Rules.forced(stop.words() - 1, id)));
    return all;
  }
}
