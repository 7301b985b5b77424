package dev.gatun.text;

import dev.gatun.text.model.Literals;
import dev.gatun.text.normal.Kinds;
import dev.gatun.text.normal.TextNormalizer;
import dev.gatun.text.normal.TrackedText;
import dev.gatun.text.split.Pieces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds added tokens: first those of the text as it is, then those of the normalized text. */
final class AddedVocabulary {
  private final List<AddedToken> tokens = new ArrayList<>();
  private final Map<Integer, AddedToken> byId = new HashMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> shown = new HashMap<>();
  private final Set<String> special = new HashSet<>();
  private final Literals raw = new Literals();
  private final Literals normalized = new Literals();

  AddedVocabulary(List<AddedToken> added, @Nullable TextNormalizer normalizer) {
    for (AddedToken token : added) {
      AddedToken before = byId.put(token.id(), token);
      if (before != null) {
        tokens.remove(before);
      }
      tokens.add(token);
      ids.put(token.content(), token.id());
      if (token.special()) {
        special.add(token.content());
      }
    }
    for (AddedToken token : tokens) {
      String content = token.content();
      if (token.normalized()) {
        if (normalizer != null) {
          content = normalizer.apply(new TrackedText(content)).text();
          shown.put(token.id(), content);
        }
        if (!content.isEmpty()) {
          normalized.put(content, token.id());
        }
      } else {
        raw.put(content, token.id());
      }
    }
  }

  List<AddedToken> tokens() {
    return tokens;
  }

  /** The id of an added token, or -1. */
  int id(String content) {
    return ids.getOrDefault(content, -1);
  }

  /** What a token looks like when decoded, or null. */
  @Nullable String token(int id) {
    AddedToken token = byId.get(id);
    return token == null ? null : shown.getOrDefault(id, token.content());
  }

  boolean isSpecial(String content) {
    return special.contains(content);
  }

  /** The text in pieces, normalized where they are no added tokens. */
  Pieces cut(String text, @Nullable TextNormalizer normalizer) {
    Pieces whole = new Pieces();
    TrackedText tracked = new TrackedText(text);
    whole.add(tracked, 0, text.length());
    Pieces found = raw.isEmpty() ? whole : whole.cut((t, s, e, out) -> find(t, s, e, raw, out));
    if (normalizer == null && normalized.isEmpty()) {
      return found;
    }
    return found.cut(
        (t, start, end, out) -> {
          TrackedText part = t.slice(start, end);
          TrackedText now = normalizer == null ? part : normalizer.apply(part);
          find(now, 0, now.text().length(), normalized, out);
        });
  }

  private void find(TrackedText tracked, int from, int to, Literals literals, Pieces out) {
    String text = tracked.text();
    if (literals.isEmpty()) {
      out.add(tracked, from, to);
      return;
    }
    int done = from;
    for (int at = literals.candidate(text, from); at < to; at = literals.candidate(text, at)) {
      long match = literals.match(text, at);
      int end = (int) (match >>> 32);
      if (match < 0 || end > to) {
        at++;
        continue;
      }
      int start = at;
      at = end;
      AddedToken token = byId.get((int) match);
      if (token == null) {
        throw new IllegalStateException("no added token has id " + (int) match);
      }
      if (token.singleWord() && !isAlone(text, start, end, from, to)) {
        continue;
      }
      if (token.lstrip()) {
        int first = start;
        while (first > done && Kinds.isWhiteSpace(text.charAt(first - 1))) {
          first--;
        }
        start = first;
      }
      if (token.rstrip()) {
        while (end < to && Kinds.isWhiteSpace(text.charAt(end))) {
          end++;
        }
      }
      if (start >= done) {
        out.add(tracked, done, start);
      }
      out.addToken(tracked, start, end, token.id());
      done = end;
    }
    out.add(tracked, done, to);
  }

  private static boolean isAlone(String text, int start, int end, int from, int to) {
    boolean before = start > from && Kinds.isWord(text.codePointBefore(start));
    boolean behind = end < to && Kinds.isWord(text.codePointAt(end));
    return !before && !behind;
  }
}
