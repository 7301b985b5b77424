package dev.gatun.train.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.train.Diagnostics;
import dev.gatun.train.Digits;
import dev.gatun.train.Epochs;
import dev.gatun.train.Trainer;
import dev.gatun.train.metric.Metrics;
import dev.gatun.train.net.Net;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LivePageTests {
  private static final Recording RECORDING = new Recording("mlp <on> digits");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path folder;

  @BeforeAll
  static void train() {
    Net net = Net.of(Shape.of(1, 8, 8), x -> x.flatten().dense(16).relu().dense(10));
    Diagnostics diagnostics =
        Diagnostics.every(10).tell(seen -> RECORDING.inspected(seen, seen.findings()));
    try (Trainer trainer =
        Trainer.builder(net)
            .metrics(Metrics.accuracy())
            .listener(RECORDING)
            .listener(diagnostics)
            .build()) {
      trainer.fit(
          Digits.load().take(640).batch(32),
          Digits.load().skip(640).take(100).batch(50),
          Epochs.of(3));
    }
  }

  private static String get(String address) throws IOException {
    try (InputStream in = URI.create(address).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theStateIsWhatHappened() throws IOException {
    try (LivePage page = new LivePage(RECORDING, 0)) {
      String state = get(page.address() + "state.json");
      assertTrue(state.contains("\"step\":60"), state);
      assertTrue(state.contains("\"share\":1.0"), state);
      assertTrue(state.contains("\"ended\":\"3 epochs\""), state);
      assertTrue(state.contains("\"layer\":\"relu1\""), state);
      assertThrows(IOException.class, () -> get(page.address() + "other"));
    }
  }

  @Test
  void thePageNeedsNothingFromElsewhere() throws IOException {
    try (LivePage page = new LivePage(RECORDING, 0)) {
      String html = get(page.address());
      assertTrue(html.contains("<title>"), html);
      assertFalse(html.contains("http://") || html.contains("https://") || html.contains("src="));
    }
  }

  @Test
  void otherHostsAreRefusedAndATakenPortIsNamed() throws IOException {
    try (LivePage page = new LivePage(RECORDING, 0)) {
      int port = URI.create(page.address()).getPort();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        String request = "GET /state.json HTTP/1.0\r\nHost: evil.example\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertTrue(answer.lines().findFirst().orElse("").contains("403"), answer);
      }
      GatunException e =
          assertThrows(GatunException.class, () -> new LivePage(RECORDING, port).close());
      assertTrue(e.toString().contains("port " + port + " is taken"), e.toString());
    }
  }

  private static Optional<Path> chromium() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                    .map(part -> Path.of(part, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Test
  void aBrowserShowsIt() throws Exception {
    Optional<Path> chromium = chromium();
    assumeTrue(chromium.isPresent(), "there is no Chromium to look at the page with");
    try (LivePage page = new LivePage(RECORDING, 0)) {
      Path dump = folder.resolve("dump.html");
      Process browser =
          new ProcessBuilder(
                  List.of(
                      chromium.get().toString(),
                      "--headless",
                      "--no-sandbox",
                      "--disable-gpu",
                      "--user-data-dir=" + folder.resolve("profile"),
                      "--virtual-time-budget=3000",
                      "--dump-dom",
                      page.address()))
              .redirectOutput(dump.toFile())
              .redirectError(folder.resolve("log").toFile())
              .start();
      boolean ended = browser.waitFor(60, TimeUnit.SECONDS);
      browser.destroyForcibly();
      assertTrue(ended, "the browser does not end");
      String dom = Files.readString(dump);
      assertTrue(dom.contains("ended by 3 epochs"), dom);
      assertTrue(dom.contains("mlp &lt;on&gt; digits"), dom);
      assertTrue(dom.contains("Accuracy"), dom);
      assertTrue(dom.contains("relu1"), dom);
      assertTrue(dom.contains("Nothing looks wrong."), dom);
      // Curves of loss, accuracy, rate and norm, bars of gradients, a histogram for each layer.
      assertEquals(true, dom.split("<svg", -1).length > 8, dom);
    }
  }

  @Test
  void thePictureIsWellFormedAndHasAllCurves() {
    String svg = RECORDING.toSvg();
    assertTrue(svg.contains("prefers-color-scheme: dark"), svg);
    assertTrue(svg.contains("mlp &lt;on> digits") && !svg.contains("NaN"), svg);
    for (String part : List.of(">loss<", ">accuracy<", ">learning rate<", ">validation<")) {
      assertTrue(svg.contains(part), part);
    }
    long opened = svg.chars().filter(c -> c == '<').count();
    long closed = svg.split("</|/>", -1).length - 1L;
    // Each element is either closed in itself or has an end.
    assertEquals(opened, 2 * closed - (svg.split("/>", -1).length - 1L), svg);
  }

  @Test
  void manyStepsMakeABoundedCurve() {
    Series series = new Series();
    for (int i = 1; i <= 10_000; i++) {
      series.add(i, 2.0 * i);
    }
    List<Series.Point> points = series.points();
    assertTrue(points.size() < 1024 && points.size() > 500, "" + points.size());
    for (Series.Point point : points) {
      assertEquals(2 * point.x(), point.y(), 1e-9);
    }
    assertTrue(points.get(points.size() - 1).x() > 9_980, points.toString());
  }
}
