package dev.gatun.models.hub;

import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A hub that speaks as Hugging Face's does: lists the files of a network and gives them out.
 *
 * <p>A file gets its name when it is whole and has the checksum that the hub says; until then it is
 * {@code NAME.part}, which the next attempt continues. Files that are there and right stay.
 */
public final class Hub implements AutoCloseable {
  private static final int MOST_REDIRECTS = 5;
  private static final Duration CONNECT = Duration.ofSeconds(20);

  /** What a network needs here, beside its weights. */
  private static final Set<String> SMALL =
      Set.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "chat_template.jinja",
          "preprocessor_config.json",
          "processor_config.json",
          "model.safetensors.index.json");

  private final URI endpoint;
  private final HttpClient client;

  /**
   * A hub.
   *
   * @param endpoint such as {@code https://huggingface.co}
   */
  public Hub(URI endpoint) {
    String scheme = String.valueOf(endpoint.getScheme());
    if (!Set.of("http", "https").contains(scheme) || endpoint.getHost() == null) {
      throw new GatunException(endpoint + " is no endpoint; expected https://... or http://...");
    }
    String text = endpoint.toString();
    this.endpoint = URI.create(text.endsWith("/") ? text : text + "/");
    client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();
  }

  /** Hears of files as they come. */
  @FunctionalInterface
  public interface Progress {
    /**
     * So much of a file is there.
     *
     * @param size of all, -1 if the hub does not say
     */
    void at(String file, long bytes, long size);
  }

  /** Answers of the hub, with the headers of those that led there. */
  private record Answer(HttpResponse<InputStream> response, String checksum) {}

  /**
   * Brings what a network needs: its settings, its tokenizer and its weights.
   *
   * @param name such as {@code gpt2} or {@code google/flan-t5-small}
   * @param revision a branch, tag or commit
   * @return the files, by name
   */
  public List<String> pull(String name, String revision, Path folder, Progress progress) {
    try {
      List<String> files = wanted(name, list(name, revision));
      Files.createDirectories(folder);
      for (String file : files) {
        bring(name, revision, file, folder, progress);
      }
      return files;
    } catch (IOException e) {
      throw new GatunException(name + " cannot be brought from " + endpoint + ": " + reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GatunException(name + ": interrupted; another attempt goes on where this ended", e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private List<String> list(String name, String revision) throws IOException, InterruptedException {
    URI uri = endpoint.resolve("api/models/" + path(name) + "/revision/" + encoded(revision));
    try (InputStream in = get(uri, 0, "").response.body()) {
      JsonNode root = JsonMapper.shared().readTree(in);
      List<String> files = new ArrayList<>();
      for (JsonNode each : root.path("siblings")) {
        files.add(new HubFile(each.path("rfilename").asString(""), "").name());
      }
      return files;
    } catch (JacksonException e) {
      throw new IOException("the answer to " + uri + " is no JSON", e);
    }
  }

  private static List<String> wanted(String name, List<String> files) {
    List<String> wanted = new ArrayList<>();
    boolean safetensors = false;
    for (String file : files) {
      // Weights of other frameworks and precisions lie in folders.
      if (!file.contains("/")) {
        safetensors |= file.endsWith(".safetensors");
        if (SMALL.contains(file) || file.endsWith(".safetensors")) {
          wanted.add(file);
        }
      }
    }
    if (!safetensors) {
      throw new GatunException(
          name + " has no weights as .safetensors; its files are " + new TreeSet<>(files));
    }
    return wanted;
  }

  private void bring(String name, String revision, String file, Path folder, Progress progress)
      throws IOException, InterruptedException {
    Path to = folder.resolve(file);
    Path part = folder.resolve(file + ".part");
    Path state = folder.resolve(file + ".part.etag");
    URI uri = endpoint.resolve(path(name) + "/resolve/" + encoded(revision) + "/" + path(file));
    String known = Files.exists(part) && Files.exists(state) ? Files.readString(state) : "";
    long have = known.isEmpty() ? 0 : Files.size(part);
    Answer answer = get(uri, have, known);
    HttpResponse<InputStream> response = answer.response;
    HubFile wanted = new HubFile(file, answer.checksum);
    try (InputStream in = response.body()) {
      if (Files.exists(to) && wanted.isChecked() && wanted.matches(to)) {
        Files.deleteIfExists(part);
        Files.deleteIfExists(state);
        progress.at(file, Files.size(to), Files.size(to));
        return;
      }
      boolean goesOn = response.statusCode() == 206 && begin(response) == have;
      if (response.statusCode() == 206 && !goesOn) {
        throw new IOException("the hub gives another part of " + file + " than was asked for");
      }
      long at = goesOn ? have : 0;
      long size = response.headers().firstValueAsLong("content-length").orElse(-1);
      size = size < 0 ? -1 : at + size;
      Files.writeString(state, answer.checksum);
      save(in, part, at, goesOn, size, file, progress);
    }
    if (!wanted.matches(part)) {
      Files.deleteIfExists(part);
      Files.deleteIfExists(state);
      throw new IOException(
          file + " has another checksum than the hub says (" + answer.checksum + "); try again");
    }
    Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(state);
  }

  private static void save(
      InputStream in,
      Path part,
      long from,
      boolean goesOn,
      long size,
      String file,
      Progress progress)
      throws IOException {
    long at = from;
    byte[] buffer = new byte[1 << 18];
    try (OutputStream out =
        goesOn
            ? Files.newOutputStream(part, StandardOpenOption.APPEND)
            : Files.newOutputStream(part)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        at += n;
        progress.at(file, at, size);
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted");
        }
      }
    }
    if (size >= 0 && at != size) {
      throw new IOException(file + " ended after " + at + " of " + size + " bytes");
    }
  }

  private static long begin(HttpResponse<?> response) {
    String range = response.headers().firstValue("content-range").orElse("");
    String[] parts = range.replaceFirst("^bytes ", "").split("-", 2);
    return parts[0].matches("[0-9]{1,18}") ? Long.parseLong(parts[0]) : -1;
  }

  /**
   * Asks, and follows where the hub points: large files lie elsewhere.
   *
   * @param from first byte that is wanted
   * @param known checksum of the file whose bytes before that are there
   */
  private Answer get(URI first, long from, String known) throws IOException, InterruptedException {
    URI uri = first;
    String checksum = "";
    long begin = from;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri).header("Accept-Encoding", "identity").GET();
      if (begin > 0) {
        request.header("Range", "bytes=" + begin + "-");
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      checksum = checksum.isEmpty() ? checksum(response) : checksum;
      int status = response.statusCode();
      String location = response.headers().firstValue("location").orElse("");
      boolean changed = begin > 0 && !checksum.equals(known);
      if (status >= 300 && status < 400 && !location.isEmpty()) {
        response.body().close();
        URI next = uri.resolve(location);
        if (!Set.of("http", "https").contains(String.valueOf(next.getScheme()))
            || uri.getScheme().equals("https") && !next.getScheme().equals("https")) {
          throw new IOException(uri + " points to " + next + ", which is not followed");
        }
        uri = next;
      } else if (begin > 0 && (status == 416 || changed)) {
        // All of it is there, or it is another file by now: from its beginning.
        response.body().close();
        begin = 0;
        uri = first;
        checksum = "";
      } else if (status == 200 || status == 206) {
        return new Answer(response, checksum);
      } else {
        response.body().close();
        throw new IOException(
            uri
                + " answers "
                + status
                + (status == 404 ? ": there is no such network, revision or file" : "")
                + (status == 401 || status == 403 ? ": it is not public" : ""));
      }
    }
    throw new IOException(first + " points elsewhere again and again");
  }

  /** Of the header that the hub has for it; a weak one says nothing. */
  private static String checksum(HttpResponse<?> response) {
    String tag =
        response
            .headers()
            .firstValue("x-linked-etag")
            .or(() -> response.headers().firstValue("etag"))
            .orElse("");
    String text = tag.replace("\"", "").toLowerCase(Locale.ROOT);
    return text.matches("[0-9a-f]{40}|[0-9a-f]{64}") ? text : "";
  }

  private static String path(String name) {
    new HubFile(name, "");
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      parts.add(encoded(part));
    }
    return String.join("/", parts);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }
}
