package dev.gatun.text.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What becomes of mentions, links, hashtags and emojis. */
class CleaningTests {
  @Test
  void lowerCaseIsTheSameEverywhere() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("tr"));
      assertEquals("title", Cleaning.none().lowerCase().apply("TITLE"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void mentionsAndMail() {
    String text = "hi @ann_1, mail me a@b.com or (@bob)";
    assertEquals(
        "hi <USER>, mail me a<USER>.com or (<USER>)",
        Cleaning.none().mentions("<USER>", false).apply(text));
    assertEquals(
        "hi <USER>, mail me a@b.com or (<USER>)",
        Cleaning.none().mentions("<USER>", true).apply(text));
    assertEquals("$1", Cleaning.none().mentions("$1", true).apply("@x"));
  }

  @Test
  void links() {
    String text = "see http://a.b/c?d=1, www.x.org. and https://y.z!";
    assertEquals(
        "see <URL> www.x.org. and <URL>", Cleaning.none().links("<URL>", false).apply(text));
    assertEquals("see <URL>, <URL>. and <URL>!", Cleaning.none().links("<URL>", true).apply(text));
  }

  @Test
  void hashtags() {
    Cleaning split = Cleaning.none().splitHashtags();
    assertEquals("java ai", split.apply("#JavaAI"));
    assertEquals("I like deep learning 4 all", split.apply("I like #DeepLearning4_all"));
    assertEquals("http server, 5 $", split.apply("#HTTPServer, 5 $"));
    assertEquals("#JavaAI", Cleaning.none().apply("#JavaAI"));
  }

  @Test
  void emojisAreOneCharacterEach() {
    String family = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67";
    assertEquals(
        List.of("a", family, "\uD83D\uDE00", "e\u0301"),
        Cleaning.clusters("a" + family + "\uD83D\uDE00e\u0301"));
    assertEquals(
        "ok :grinning_face: :man_woman_girl: #1",
        Cleaning.none().nameEmojis().apply("ok \uD83D\uDE00 " + family + " #1"));
  }

  @Test
  void stepsAreDoneInTheirOrder() {
    assertEquals(
        "<USER> java ai <URL>",
        Cleaning.none()
            .splitHashtags()
            .lowerCase()
            .mentions("<USER>", true)
            .links("<URL>", true)
            .apply("@Ann #JavaAI https://x.y"));
  }
}
