package dev.gatun.models.task;

import java.nio.file.Path;

/** Translates texts: a folder with an encoder-decoder. Thread-safe. */
public final class Translator implements AutoCloseable {
  private final Rewriter rewriter;

  private Translator(Rewriter rewriter) {
    this.rewriter = rewriter;
  }

  /** Loads a folder of a network that knows one pair of languages. */
  public static Translator load(Path folder) {
    return new Translator(Rewriter.load(folder, ""));
  }

  /**
   * Loads a folder of a network that knows several: its config.json says what is written before
   * texts for a pair.
   *
   * @param from language, such as {@code en}
   * @param to language, such as {@code de}
   * @throws dev.gatun.core.tensor.GatunException if it does not know the pair; names those it does
   */
  public static Translator load(Path folder, String from, String to) {
    return new Translator(Rewriter.ofTask(folder, "translation_" + from + "_to_" + to, true));
  }

  /** A text in the other language. */
  public String translate(String text) {
    return rewriter.rewrite(text);
  }

  @Override
  public void close() {
    rewriter.close();
  }
}
