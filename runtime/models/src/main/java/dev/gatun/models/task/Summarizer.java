package dev.gatun.models.task;

import java.nio.file.Path;

/** Writes what matters in a text: a folder with an encoder-decoder, such as BART or T5. */
public final class Summarizer implements AutoCloseable {
  private static final String TASK = "summarization";
  private final Rewriter rewriter;

  private Summarizer(Rewriter rewriter) {
    this.rewriter = rewriter;
  }

  /**
   * Loads a folder of a published network. What its config.json says about the task ({@code
   * task_specific_params}) decides what is written before texts and how words are chosen.
   */
  public static Summarizer load(Path folder) {
    return new Summarizer(Rewriter.ofTask(folder, TASK, false));
  }

  /** The summary of a text. */
  public String summarize(String text) {
    return rewriter.rewrite(text);
  }

  @Override
  public void close() {
    rewriter.close();
  }
}
