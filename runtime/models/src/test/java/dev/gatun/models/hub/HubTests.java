package dev.gatun.models.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub on this machine that answers as Hugging Face's does, and that fails as networks do. */
class HubTests {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private HttpServer server;

  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile int cutAfter = -1;
  private volatile boolean lies;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    byte[] weights = new byte[700_001];
    new Random(1).nextBytes(weights);
    files.put("config.json", "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8));
    files.put("model.safetensors", weights);
    files.put("README.md", new byte[] {1});
    files.put("onnx/model.safetensors", new byte[] {2});
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static String hash(String name, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(name);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String range = exchange.getRequestHeaders().getFirst("Range");
      asked.add(path + (range == null ? "" : " " + range));
      if (path.equals("/api/models/who/net/revision/main")) {
        List<String> names = new ArrayList<>();
        files.keySet().forEach(name -> names.add("{\"rfilename\": \"" + name + "\"}"));
        send(
            exchange,
            200,
            ("{\"siblings\": [" + String.join(",", names) + "]}").getBytes(StandardCharsets.UTF_8));
        return;
      }
      boolean elsewhere = path.startsWith("/elsewhere/");
      String name = path.replace("/elsewhere/", "").replace("/who/net/resolve/main/", "");
      byte[] content = files.get(name);
      if (content == null) {
        send(exchange, 404, new byte[0]);
        return;
      }
      if (name.endsWith(".safetensors")) {
        if (!elsewhere) {
          exchange
              .getResponseHeaders()
              .add("X-Linked-Etag", "\"" + hash("SHA-256", content) + "\"");
          exchange.getResponseHeaders().add("ETag", "\"0123\"");
          exchange.getResponseHeaders().add("Location", "/elsewhere/" + name);
          send(exchange, 302, new byte[0]);
          return;
        }
        exchange.getResponseHeaders().add("ETag", "\"" + hash("SHA-1", content) + "\"");
      } else {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("ETag", "\"" + hash("SHA-1", header, content) + "\"");
      }
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
      if (from >= content.length) {
        send(exchange, 416, new byte[0]);
        return;
      }
      byte[] part = Arrays.copyOfRange(content, from, content.length);
      if (lies) {
        part[part.length / 2]++;
      }
      if (range != null) {
        exchange
            .getResponseHeaders()
            .add(
                "Content-Range",
                "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      }
      if (cutAfter >= 0 && part.length > cutAfter) {
        exchange.sendResponseHeaders(range == null ? 200 : 206, part.length);
        OutputStream out = exchange.getResponseBody();
        out.write(part, 0, cutAfter);
        out.flush();
        return; // closed before its end
      }
      send(exchange, range == null ? 200 : 206, part);
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private List<String> pull(String name) {
    try (Hub hub = new Hub(URI.create("http://localhost:" + server.getAddress().getPort()))) {
      return hub.pull(name, "main", folder, (file, bytes, size) -> {});
    }
  }

  private String failure(String name) {
    return String.valueOf(assertThrows(GatunException.class, () -> pull(name)).getMessage());
  }

  private byte[] content(String name) {
    return files.getOrDefault(name, new byte[0]);
  }

  private void assertComplete() throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      assertArrayEquals(content(name), Files.readAllBytes(folder.resolve(name)));
      assertFalse(Files.exists(folder.resolve(name + ".part")));
      assertFalse(Files.exists(folder.resolve(name + ".part.etag")));
    }
    try (var all = Files.list(folder)) {
      assertEquals(2, all.count());
    }
  }

  @Test
  void whatIsNeededIsBrought() throws Exception {
    assertEquals(List.of("config.json", "model.safetensors"), pull("who/net"));
    assertComplete();
    asked.clear();
    pull("who/net"); // compares checksums
    assertComplete();
    Files.write(folder.resolve("model.safetensors"), new byte[] {1, 2});
    pull("who/net"); // another file than the hub's
    assertComplete();
  }

  @Test
  void whatWasCutGoesOn() throws Exception {
    cutAfter = 300_000;
    String message = failure("who/net");
    assertTrue(message.contains("who/net") && message.contains("localhost"), message);
    Path part = folder.resolve("model.safetensors.part");
    long have = Files.size(part);
    assertTrue(have > 0 && have <= 300_000, "has " + have);
    assertFalse(Files.exists(folder.resolve("model.safetensors")));
    cutAfter = -1;
    asked.clear();
    pull("who/net");
    assertComplete();
    assertTrue(
        asked.contains("/elsewhere/model.safetensors bytes=" + have + "-"), asked.toString());
  }

  @Test
  void aChangedFileIsBroughtFromItsBeginning() throws Exception {
    cutAfter = 300_000;
    failure("who/net");
    cutAfter = -1;
    byte[] other = content("model.safetensors").clone();
    other[5]++;
    files.put("model.safetensors", other);
    pull("who/net");
    assertComplete();
  }

  @Test
  void aWrongContentIsRefused() throws Exception {
    lies = true;
    assertTrue(failure("who/net").contains("checksum"));
    assertFalse(Files.exists(folder.resolve("config.json")));
    lies = false;
    pull("who/net");
    assertComplete();
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertTrue(failure("who/nobody").contains("404"));
    assertTrue(failure("../net").contains("no name"));
    files.put("../../evil.safetensors", new byte[1]);
    assertTrue(failure("who/net").contains("evil"));
    files.clear();
    files.put("pytorch_model.bin", new byte[1]);
    assertTrue(failure("who/net").contains("safetensors"));
    assertThrows(GatunException.class, () -> new Hub(URI.create("file:///tmp")));
    server.stop(0);
    assertTrue(failure("who/net").contains("localhost"));
  }
}
