package dev.gatun.text.normal;

import dev.gatun.text.json.Fields;
import dev.gatun.text.regex.Finder;
import java.text.Normalizer.Form;
import java.util.List;

/** A step that rewrites the text before it is cut. */
@FunctionalInterface
public interface TextNormalizer {
  /** The rewritten text. */
  TrackedText apply(TrackedText text);

  /** The normalizer that {@code settings} describe. */
  static TextNormalizer read(Fields settings) {
    String type = settings.string("type");
    TextNormalizer normalizer =
        switch (type) {
          case "Sequence" -> {
            List<TextNormalizer> all =
                settings.objects("normalizers").stream().map(TextNormalizer::read).toList();
            yield text -> {
              TrackedText current = text;
              for (TextNormalizer each : all) {
                current = each.apply(current);
              }
              return current;
            };
          }
          case "NFC" -> new UnicodeForm(Form.NFC);
          case "NFD" -> new UnicodeForm(Form.NFD);
          case "NFKC" -> new UnicodeForm(Form.NFKC);
          case "NFKD" -> new UnicodeForm(Form.NFKD);
          case "Lowercase" -> new Lowercase();
          case "StripAccents" -> text -> text.filtered(point -> !Kinds.isMark(point));
          case "BertNormalizer" -> BertNormalizer.of(settings);
          case "Nmt" -> new Nmt();
          case "Strip" -> {
            boolean left = settings.bool("strip_left");
            boolean right = settings.bool("strip_right");
            yield text -> text.stripped(left, right);
          }
          case "Prepend" -> {
            String prefix = settings.string("prepend");
            yield text -> text.prepended(prefix);
          }
          case "Replace" -> {
            Finder finder = Finder.read(settings, "pattern");
            String content = settings.string("content");
            yield text -> text.replaced(finder.find(text.text(), 0, text.text().length()), content);
          }
          case "Precompiled" -> Precompiled.of(settings);
          case "ByteLevel" -> ByteAlphabet::mapped;
          default -> throw settings.problem("type", "unknown normalizer \"" + type + "\"");
        };
    settings.finish();
    return normalizer;
  }
}
