package dev.gatun.text.feature;

/** What a word does in a sentence, as far as its forms depend on it. */
public enum PartOfSpeech {
  NOUN,
  VERB,
  ADJECTIVE,
  ADVERB
}
