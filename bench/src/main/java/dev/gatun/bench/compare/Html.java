package dev.gatun.bench.compare;

/** Text in a page. */
final class Html {
  /** Text that is shown as it is, in elements and in attributes of either quotes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private Html() {}
}
