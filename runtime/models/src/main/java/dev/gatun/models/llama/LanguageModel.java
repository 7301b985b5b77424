package dev.gatun.models.llama;

import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.family.Given;
import dev.gatun.train.net.Flow;

/** A decoder of this family with a head for words, as a part of a network with other senses. */
public final class LanguageModel {
  private final DecoderConfig config;

  private LanguageModel(DecoderConfig config) {
    this.config = config;
  }

  /** Of a text_config, whose model_type is one of {@link Llama#modelTypes}. */
  public static LanguageModel of(Config text) {
    return new LanguageModel(DecoderConfig.of(text));
  }

  /** Number of words. */
  public long vocabulary() {
    return config.vocabulary();
  }

  /** Numbers that stand for a word. */
  public long width() {
    return config.width();
  }

  /** Whether the table of words is also that of the head. */
  public boolean tied() {
    return config.tied();
  }

  /** How it goes on word by word. */
  public Decoding decoding() {
    return config.decoding();
  }

  /** What stands for words [B, T, width]. */
  public Flow embed(Flow ids) {
    return Llama.embed(config, ids);
  }

  /** Logits [B, T, vocabulary] of what stands for words, or for words and other things. */
  public Flow logits(Given in, Flow embedded) {
    return Llama.words(config, Llama.states(config, in, embedded));
  }
}
