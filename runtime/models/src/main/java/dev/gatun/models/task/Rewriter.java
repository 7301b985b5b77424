package dev.gatun.models.task;

import java.nio.file.Path;

/** Texts made of texts by an encoder-decoder: summaries and translations. Thread-safe. */
public final class Rewriter implements AutoCloseable {
  private static final int MOST = 256;
  private final TextGenerator generator;
  private final String prefix;

  private Rewriter(TextGenerator generator, String prefix) {
    this.generator = generator;
    this.prefix = prefix;
  }

  /**
   * Of a folder of a published network.
   *
   * @param prefix what the network wants before each text, as T5 does ({@code "summarize: "})
   */
  public static Rewriter load(Path folder, String prefix) {
    return new Rewriter(TextGenerator.load(folder), prefix);
  }

  /** The text that the network makes of one, as its generation_config.json says. */
  public String rewrite(String text) {
    return generator.generate(prefix + text, generator.search(MOST, 0)).text().strip();
  }

  @Override
  public void close() {
    generator.close();
  }
}
