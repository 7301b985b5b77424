package dev.gatun.text.decode;

import dev.gatun.text.json.Fields;
import dev.gatun.text.normal.ByteAlphabet;
import dev.gatun.text.regex.Finder;
import dev.gatun.text.regex.Matches;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A step from tokens to the parts of a text. */
@FunctionalInterface
public interface Decoder {
  /** The parts, which are to be joined. */
  List<String> decode(List<String> tokens);

  /** The decoder that {@code settings} describe. */
  static Decoder read(Fields settings) {
    String type = settings.string("type");
    Decoder decoder =
        switch (type) {
          case "Sequence" -> {
            List<Decoder> all = settings.objects("decoders").stream().map(Decoder::read).toList();
            yield tokens -> {
              List<String> current = tokens;
              for (Decoder each : all) {
                current = each.decode(current);
              }
              return current;
            };
          }
          case "ByteLevel" -> {
            // These say something only to the pre-tokenizer.
            settings.bool("add_prefix_space", true);
            settings.bool("trim_offsets", true);
            settings.bool("use_regex", true);
            yield Decoder::bytes;
          }
          case "ByteFallback" -> new ByteFallback();
          case "WordPiece" -> {
            String prefix = settings.string("prefix");
            boolean cleanup = settings.bool("cleanup");
            yield tokens -> wordPieces(tokens, prefix, cleanup);
          }
          case "BPEDecoder" -> {
            String suffix = settings.string("suffix");
            yield tokens -> suffixes(tokens, suffix);
          }
          case "Metaspace" -> metaspace(settings);
          case "CTC" -> {
            String pad = settings.string("pad_token");
            String delimiter = settings.string("word_delimiter_token");
            boolean cleanup = settings.bool("cleanup");
            yield tokens -> ctc(tokens, pad, delimiter, cleanup);
          }
          case "Fuse" -> tokens -> List.of(String.join("", tokens));
          case "Strip" -> {
            int content = settings.character("content");
            int start = settings.integer("start");
            int stop = settings.integer("stop");
            yield tokens -> tokens.stream().map(t -> strip(t, content, start, stop)).toList();
          }
          case "Replace" -> {
            Finder finder = Finder.read(settings, "pattern");
            String content = settings.string("content");
            yield tokens -> tokens.stream().map(t -> replace(t, finder, content)).toList();
          }
          default -> throw settings.problem("type", "unknown decoder \"" + type + "\"");
        };
    settings.finish();
    return decoder;
  }

  private static List<String> bytes(List<String> tokens) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String token : tokens) {
      byte[] bytes = ByteAlphabet.bytes(token);
      // An added token of other characters stands for itself.
      all.writeBytes(bytes != null ? bytes : token.getBytes(StandardCharsets.UTF_8));
    }
    return List.of(Utf8.lossy(all.toByteArray()));
  }

  private static List<String> wordPieces(List<String> tokens, String prefix, boolean cleanup) {
    List<String> out = new ArrayList<>(tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      if (i > 0) {
        token = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
      }
      out.add(cleanup ? cleanup(token) : token);
    }
    return out;
  }

  /** Spaces before punctuation and in English contractions go. */
  private static String cleanup(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" do not", " don't")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  private static List<String> suffixes(List<String> tokens, String suffix) {
    List<String> out = new ArrayList<>(tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      out.add(tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
    }
    return out;
  }

  private static Decoder metaspace(Fields settings) {
    String replacement = Character.toString(settings.character("replacement"));
    settings.bool("split", true); // says something only to the pre-tokenizer
    settings.string("str_rep", "");
    String scheme = settings.string("prepend_scheme", "always");
    if (!List.of("always", "first", "never").contains(scheme)) {
      throw settings.problem("prepend_scheme", "known: always, first, never");
    }
    boolean prepends = settings.bool("add_prefix_space", true) && !scheme.equals("never");
    return tokens -> {
      List<String> out = new ArrayList<>(tokens.size());
      for (int i = 0; i < tokens.size(); i++) {
        out.add(tokens.get(i).replace(replacement, i == 0 && prepends ? "" : " "));
      }
      return out;
    };
  }

  private static List<String> ctc(
      List<String> tokens, String pad, String delimiter, boolean cleanup) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (i > 0 && tokens.get(i).equals(tokens.get(i - 1))) {
        continue;
      }
      String token = pad.isEmpty() ? tokens.get(i) : tokens.get(i).replace(pad, "");
      if (cleanup) {
        token = cleanup(token).replace(delimiter, " ");
      }
      if (!token.isEmpty()) {
        out.add(token);
      }
    }
    return out;
  }

  private static String strip(String token, int content, int start, int stop) {
    int[] points = token.codePoints().toArray();
    int from = 0;
    while (from < points.length && from < start && points[from] == content) {
      from++;
    }
    int to = points.length;
    while (to > from && points.length - to < stop && points[to - 1] == content) {
      to--;
    }
    return new String(points, from, to - from);
  }

  private static String replace(String token, Finder finder, String content) {
    Matches found = finder.find(token, 0, token.length());
    StringBuilder out = new StringBuilder();
    int last = 0;
    for (int i = 0; i < found.size(); i++) {
      out.append(token, last, found.start(i)).append(content);
      last = found.end(i);
    }
    return out.append(token, last, token.length()).toString();
  }
}
