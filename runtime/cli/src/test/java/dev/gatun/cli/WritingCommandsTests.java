package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.gatun.models.Pretrained;
import dev.gatun.models.family.Config;
import dev.gatun.text.Tokenizer;
import dev.gatun.text.TokenizerTrainer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** generate, chat, classify, embed and models on tiny folders. */
@Tag("slow")
class WritingCommandsTests extends CommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  private static void folder(Path folder, String config) throws IOException {
    Files.createDirectories(folder);
    Tokenizer tokenizer =
        TokenizerTrainer.of(TokenizerTrainer.Kind.BYTE_LEVEL_BPE, 280)
            .withSpecialTokens("<end>")
            .train(List.of("the canal is long and the ship is slow").iterator());
    tokenizer.save(folder.resolve("tokenizer.json"));
    String json = config.replace("SIZE", Integer.toString(tokenizer.vocabularySize()));
    try (Pretrained model = Pretrained.initialized(Config.of(json))) {
      model.save(folder);
    }
  }

  private String gpt() throws IOException {
    folder(
        directory.resolve("gpt"),
        "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"],"
            + " \"vocab_size\": SIZE, \"n_embd\": 16, \"n_layer\": 1, \"n_head\": 2,"
            + " \"n_positions\": 128}");
    return directory.resolve("gpt").toString();
  }

  private String bert() throws IOException {
    folder(
        directory.resolve("bert"),
        "{\"model_type\": \"bert\", \"architectures\": [\"BertForSequenceClassification\"],"
            + " \"vocab_size\": SIZE, \"hidden_size\": 16, \"num_hidden_layers\": 1,"
            + " \"num_attention_heads\": 2, \"intermediate_size\": 20,"
            + " \"id2label\": {\"0\": \"bad\", \"1\": \"good\"}}");
    return directory.resolve("bert").toString();
  }

  @Test
  void generateGoesOnWithAText() throws Exception {
    String gpt = gpt();
    assertEquals(
        0, gatun("generate", gpt, "--prompt", "the", "--max-tokens", "7", "--stats"), err + "");
    assertTrue(err.toString().startsWith("7 tokens in"), err.toString());
    String[] sampled = {
      "generate",
      gpt,
      "--prompt",
      "the",
      "--max-tokens",
      "20",
      "--temperature",
      "1.5",
      "--top-p",
      "0.9",
      "--top-k",
      "100",
      "--min-p",
      "0.001",
      "--repetition-penalty",
      "1.2",
      "--seed",
      "5"
    };
    assertEquals(0, gatun(sampled), err.toString());
    String text = out.toString();
    assertEquals(0, gatun(sampled));
    assertEquals(text, out.toString());
    sampled[sampled.length - 1] = "6";
    assertEquals(0, gatun(sampled));
    assertTrue(!text.equals(out.toString()), text);
    assertEquals(0, gatun("generate", gpt, "--prompt", "the", "--max-tokens", "3", "--beams", "2"));
    assertEquals(1, gatun("generate", gpt, "--prompt", "a", "--beams", "2", "--top-k", "5"));
    assertTrue(err.toString().contains("--beams"), err.toString());
    assertEquals(1, gatun("generate", gpt, "--prompt", "a", "--top-p", "2"));
    assertEquals(2, gatun("generate", gpt));
    assertEquals(1, gatun("chat", gpt));
    assertTrue(err.toString().contains("chat template"), err.toString());
    assertEquals(1, gatun("generate", directory.resolve("none").toString(), "--prompt", "a"));
    assertTrue(err.toString().contains("config.json"), err.toString());
  }

  @Test
  void chatAnswersLines() throws Exception {
    String gpt = gpt();
    Files.writeString(
        Path.of(gpt, "tokenizer_config.json"),
        "{\"chat_template\": \"{% for m in messages %}{{ m.content }} {% endfor %}\"}");
    ChatCommand chat =
        new ChatCommand(
            new ByteArrayInputStream("the ship\n/new\nthe\n\nx".getBytes(StandardCharsets.UTF_8)));
    CommandLine line = new CommandLine(chat).setOut(new PrintWriter(out));
    assertEquals(0, line.execute(gpt, "--max-tokens", "4", "--system", "slow"));
    assertEquals(4, out.toString().split("> ", -1).length - 1, out.toString());
  }

  @Test
  void textsAreSortedAndEmbedded() throws Exception {
    String bert = bert();
    assertEquals(0, gatun("classify", bert, "the ship", "slow", "--top-k", "9"), err.toString());
    assertEquals(6, out.toString().lines().count(), out.toString());
    assertTrue(out.toString().contains("good "), out.toString());
    assertEquals(0, gatun("embed", bert, "the ship", "slow"), err.toString());
    assertEquals(16, out.toString().lines().findFirst().orElse("").split(" ", -1).length);
    assertEquals(0, gatun("embed", bert, "the ship", "slow", "--similarity"));
    assertTrue(out.toString().startsWith(" 1.0000"), out.toString());
    assertEquals(1, gatun("generate", bert, "--prompt", "a"));
    assertTrue(err.toString().contains("word by word"), err.toString());
  }

  @Test
  void aNetworkLearnsTheClassesOfATable() throws Exception {
    String bert = bert();
    StringBuilder table = new StringBuilder("said,kind\n");
    for (int i = 0; i < 12; i++) {
      table.append(i % 2 == 0 ? "the ship is long," : "\"a canal, slow\",");
      table.append(i % 2 == 0 ? "boat\n" : "water\n");
    }
    String csv = Files.writeString(directory.resolve("t.csv"), table).toString();
    String tuned = directory.resolve("tuned").toString();
    String[] call = {
      "finetune",
      bert,
      csv,
      "--text",
      "said",
      "--label",
      "kind",
      "--out",
      tuned,
      "--epochs",
      "30",
      "--rate",
      "0.005",
      "--test",
      csv
    };
    assertEquals(0, gatun(call), err.toString());
    assertTrue(out.toString().contains("1.0000 of 12 texts"), out.toString());
    assertEquals(0, gatun("classify", tuned, "a canal, slow"), err.toString());
    assertTrue(out.toString().contains("water "), out.toString());
    assertEquals(1, gatun(call));
    assertTrue(err.toString().contains("exists already"), err.toString());
    assertEquals(1, gatun("finetune", bert, csv, "--out", tuned + "2"));
    assertTrue(err.toString().contains("text"), err.toString());
  }

  @Test
  void modelsAreListedAndPulled() throws Exception {
    assertEquals(0, gatun("models"), err.toString());
    assertTrue(out.toString().contains("124,439,808"), out.toString());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            boolean list = exchange.getRequestURI().getPath().startsWith("/api/");
            byte[] body =
                (list ? "{\"siblings\": [{\"rfilename\": \"model.safetensors\"}]}" : "weights")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
    try {
      String endpoint = "http://localhost:" + server.getAddress().getPort();
      Path to = directory.resolve("net");
      assertEquals(
          0,
          gatun("models", "pull", "a/net", "--endpoint", endpoint, "--to", to.toString()),
          err.toString());
      assertEquals("weights", Files.readString(to.resolve("model.safetensors")));
      assertEquals(1, gatun("models", "pull", "net", "--endpoint", "nowhere"));
    } finally {
      server.stop(0);
    }
  }
}
