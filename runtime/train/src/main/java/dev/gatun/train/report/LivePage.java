package dev.gatun.train.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A page with the curves of a run while it goes on, served to this machine only: one file without
 * anything from elsewhere, which asks for the state once a second.
 */
public final class LivePage implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Recording recording;
  private final byte[] page;

  /**
   * Starts to serve.
   *
   * @param port 0 for any that is free
   */
  public LivePage(Recording recording, int port) {
    this.recording = recording;
    if (port < 0 || port > 65_535) {
      throw new GatunException("live page: a port is a number up to 65535, got " + port);
    }
    try (InputStream file = LivePage.class.getResourceAsStream("live.html")) {
      if (file == null) {
        throw new GatunException("live page: live.html is missing beside the classes");
      }
      page = file.readAllBytes();
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (BindException e) {
      throw new GatunException(
          "live page: port " + port + " is taken; name another one, or 0 for any that is free", e);
    } catch (IOException e) {
      throw new GatunException("live page: cannot be served: " + e, e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Where it is. */
  public String address() {
    return "http://localhost:" + server.getAddress().getPort() + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!isLocal(exchange.getRequestHeaders().getFirst("Host"))) {
        send(exchange, 403, "text/plain", "for this machine only".getBytes(StandardCharsets.UTF_8));
      } else if (path.equals("/")) {
        send(exchange, 200, "text/html; charset=utf-8", page);
      } else if (path.equals("/state.json")) {
        byte[] state = SnapshotJson.of(recording.snapshot()).getBytes(StandardCharsets.UTF_8);
        send(exchange, 200, "application/json", state);
      } else {
        send(exchange, 404, "text/plain", "not found".getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** Pages of other hosts must not read it by naming this machine after themselves. */
  private static boolean isLocal(@org.jspecify.annotations.Nullable String host) {
    String name = host == null ? "" : host.replaceFirst(":\\d+$", "");
    return name.equals("localhost") || name.equals("127.0.0.1") || name.equals("[::1]");
  }

  private static void send(HttpExchange exchange, int code, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange
        .getResponseHeaders()
        .set(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
                + " connect-src 'self'");
    exchange.sendResponseHeaders(code, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
