package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Generation;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Decoding;
import dev.gatun.models.generate.Continuation;
import dev.gatun.models.generate.Decoder;
import dev.gatun.models.generate.Listener;
import dev.gatun.models.generate.Search;
import dev.gatun.text.ChatTemplate;
import dev.gatun.text.Encoding;
import dev.gatun.text.TokenStream;
import dev.gatun.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Goes on with texts: a folder with a decoder or an encoder-decoder and its tokenizer. Thread-safe.
 */
public final class TextGenerator implements AutoCloseable {
  private final TextFolder files;
  private final Tokenizer tokenizer;
  private final Config generation;
  private final Optional<ChatTemplate> chat;

  private TextGenerator(TextFolder files, Config generation, Optional<ChatTemplate> chat) {
    this.files = files;
    tokenizer = files.tokenizer().withoutPadding().withoutTruncation();
    this.generation = generation;
    this.chat = chat;
  }

  /** Loads a folder of a published network. */
  public static TextGenerator load(Path folder) {
    return load(folder, SessionOptions.DEFAULT);
  }

  /** Loads a folder of a published network. */
  public static TextGenerator load(Path folder, SessionOptions options) {
    TextFolder files = TextFolder.load(folder, options);
    try {
      return of(files);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /** Of files that are loaded. */
  static TextGenerator of(TextFolder files) {
    Path file = files.folder().resolve("generation_config.json");
    Config generation = Files.exists(file) ? Config.read(file) : files.model().config();
    files.model().decoder();
    return new TextGenerator(files, generation, files.chat());
  }

  /**
   * How the folder says that words are chosen.
   *
   * @param words most that come if it does not say
   */
  public Search search(int words, long seed) {
    return search(generation, words, seed);
  }

  /** How other options say that words are chosen. */
  Search search(Config options, int words, long seed) {
    Search search = Search.of(options, words, 0, seed);
    Config config = files.model().config();
    return search.ends().isEmpty() && config.has("eos_token_id")
        ? search.endingWith(
            config.isList("eos_token_id")
                ? config.integers("eos_token_id", List.of()).stream().mapToLong(x -> x).toArray()
                : new long[] {config.integer("eos_token_id")})
        : search;
  }

  /** Goes on with a text, or translates or answers it, as the network does. */
  public Answer generate(String text, Search search) {
    return generate(text, search, List.of(), piece -> true);
  }

  /**
   * Goes on with a text.
   *
   * @param stops texts that end the answer
   * @param pieces gets the text as it comes, whole characters only, and says whether to go on
   */
  public Answer generate(String text, Search search, List<String> stops, Pieces pieces) {
    return run(tokenizer.encode(text), search, stops, pieces);
  }

  /**
   * Answers a conversation, as the folder's chat template writes it.
   *
   * @throws GatunException if it has no template
   */
  public Answer answer(
      List<ChatTemplate.Message> messages, Search search, List<String> stops, Pieces pieces) {
    Encoding encoding = tokenizer.encode(template().render(messages, true), false);
    return run(encoding, search, stops, pieces);
  }

  /**
   * A conversation that remembers what has been read: each turn reads only what is new.
   *
   * @param system what holds for all answers
   */
  public Conversation conversation(Optional<String> system) {
    requireDecoder();
    return new Conversation(this, template(), system);
  }

  private void requireDecoder() {
    Decoding decoding = files.model().decoder().decoding();
    if (decoding.encoder().isPresent() && decoding.inserted().isEmpty()) {
      throw new GatunException(
          files.folder() + ": an encoder-decoder does not remember; use answer for each turn");
    }
  }

  private ChatTemplate template() {
    return chat.orElseThrow(
        () ->
            new GatunException(
                files.folder()
                    + ": there is no chat template (tokenizer_config.json, chat_template);"
                    + " this network goes on with texts, but does not hold conversations"));
  }

  long[] tokens(String text) {
    return tokenizer.encode(text, false).idsAsLongs();
  }

  Decoder decoder() {
    return files.model().decoder();
  }

  /** Whether it answers conversations. */
  public boolean chats() {
    return chat.isPresent();
  }

  private Answer run(Encoding encoding, Search search, List<String> stops, Pieces pieces) {
    Map<String, Tensor> inputs = files.inputs(List.of(encoding));
    return written(
        stops,
        pieces,
        listener -> Generation.by(search).continuations(files.model(), inputs, listener).get(0));
  }

  /** The text of words as they come. */
  Answer written(List<String> stops, Pieces pieces, Function<Listener, Continuation> words) {
    TokenStream stream = tokenizer.stream(true);
    StopText stop = new StopText(stops);
    StringBuilder all = new StringBuilder();
    Listener listener =
        (row, id) -> {
          String piece = stop.next(stream.next(Math.toIntExact(id)));
          all.append(piece);
          return (piece.isEmpty() || pieces.next(piece)) && !stop.isFound();
        };
    Continuation found = words.apply(listener);
    String rest = stop.next(stream.finish()) + stop.finish();
    if (!rest.isEmpty()) {
      all.append(rest);
      pieces.next(rest);
    }
    Continuation.End end = stop.isFound() ? Continuation.End.SEQUENCE : found.end();
    return new Answer(all.toString(), found.words().length, end);
  }

  @Override
  public void close() {
    files.close();
  }
}
