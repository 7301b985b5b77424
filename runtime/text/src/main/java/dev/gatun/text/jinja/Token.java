package dev.gatun.text.jinja;

/**
 * A piece of a template.
 *
 * @param text as it is meant: of strings, what is between the quotes
 * @param line in the template, from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** What goes out as it is. */
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    REAL,
    OPERATOR,
    END
  }

  boolean is(Kind other, String what) {
    return kind == other && text.equals(what);
  }
}
