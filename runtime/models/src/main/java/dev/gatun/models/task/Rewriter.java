package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.family.Config;
import dev.gatun.models.generate.Search;
import java.nio.file.Path;

/**
 * Texts made of texts by an encoder-decoder, whatever it was trained for; {@link Summarizer} and
 * {@link Translator} know what folders say about their tasks. Thread-safe.
 */
public final class Rewriter implements AutoCloseable {
  private static final int MOST = 256;
  private static final String TASKS = "task_specific_params";
  private final TextGenerator generator;
  private final String prefix;
  private final Search search;

  private Rewriter(TextGenerator generator, String prefix, Search search) {
    this.generator = generator;
    this.prefix = prefix;
    this.search = search;
  }

  /**
   * Of a folder of a published network; words are chosen as its generation_config.json says.
   *
   * @param prefix what the network wants before each text, as T5 does ({@code "summarize: "})
   */
  public static Rewriter load(Path folder, String prefix) {
    TextGenerator generator = TextGenerator.load(folder);
    return new Rewriter(generator, prefix, generator.search(MOST, 0));
  }

  /**
   * For a task that the folder's config.json may have options for.
   *
   * @param required whether it must
   */
  static Rewriter ofTask(Path folder, String task, boolean required) {
    Config tasks = Config.read(folder.resolve("config.json")).object(TASKS);
    if (!tasks.has(task)) {
      if (required) {
        throw new GatunException(
            folder
                + ": config.json says nothing about '"
                + task
                + "'; its "
                + TASKS
                + " are "
                + tasks.names());
      }
      return load(folder, "");
    }
    Config options = tasks.object(task);
    TextGenerator generator = TextGenerator.load(folder);
    return new Rewriter(generator, options.text("prefix", ""), generator.search(options, MOST, 0));
  }

  /** The text that the network makes of one. */
  public String rewrite(String text) {
    return generator.generate(prefix + text, search).text().strip();
  }

  @Override
  public void close() {
    generator.close();
  }
}
