package dev.gatun.models.task;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.models.generate.Continuation;
import dev.gatun.models.generate.Listener;
import dev.gatun.models.generate.Rows;
import dev.gatun.models.generate.Search;
import dev.gatun.text.ChatTemplate;
import dev.gatun.text.ChatTemplate.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Question after question: what the network has read of the conversation stays in its cache, as far
 * as the next turn begins alike. For one thread.
 */
public final class Conversation implements AutoCloseable {
  private final TextGenerator generator;
  private final ChatTemplate template;
  private final List<Message> talk = new ArrayList<>();
  private @Nullable Rows rows;
  // What the rows have read.
  private long[] read = {};

  Conversation(TextGenerator generator, ChatTemplate template, Optional<String> system) {
    this.generator = generator;
    this.template = template;
    system.ifPresent(text -> talk.add(new Message("system", text)));
  }

  /** Answers; the question and the answer become part of the conversation. */
  public Answer say(String question, Search search, List<String> stops, Pieces pieces) {
    List<Message> next = new ArrayList<>(talk);
    next.add(new Message("user", question));
    long[] words = generator.tokens(template.render(next, true));
    if (words.length == 0) {
      throw new GatunException("the chat template makes no text of the conversation");
    }
    Rows ready = ready(words);
    Answer answer =
        generator.written(stops, pieces, listener -> run(ready, words, search, listener));
    talk.clear();
    talk.addAll(next);
    talk.add(new Message("assistant", answer.text()));
    return answer;
  }

  private Continuation run(Rows ready, long[] words, Search search, Listener listener) {
    Continuation found = search.run(generator.decoder(), ready, List.of(words), listener).get(0);
    long[] all = Arrays.copyOf(words, words.length + found.words().length);
    System.arraycopy(found.words(), 0, all, words.length, found.words().length);
    read = Arrays.copyOf(all, ready.length(0));
    return found;
  }

  /** Rows that have read these words. */
  private Rows ready(long[] words) {
    Rows before = rows;
    int same = Arrays.mismatch(read, words);
    // The last word is read in any case: what comes next follows from it.
    int kept = Math.min(same < 0 ? words.length : same, words.length - 1);
    read = new long[0];
    if (before == null || kept == 0) {
      close();
      Rows fresh = generator.decoder().begin(Map.of(), List.of(words));
      rows = fresh;
      return fresh;
    }
    before.cut(0, kept);
    before.read(List.of(Arrays.copyOfRange(words, kept, words.length)));
    return before;
  }

  /** What was said so far. */
  public List<Message> talk() {
    return List.copyOf(talk);
  }

  /** Gives the cache back. */
  @Override
  public void close() {
    if (rows != null) {
      rows.close();
      rows = null;
    }
  }
}
