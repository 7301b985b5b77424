package dev.gatun.text.decode;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** Runs of tokens such as &lt;0xE2&gt; become the characters that their bytes are. */
final class ByteFallback implements Decoder {
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  @Override
  public List<String> decode(List<String> tokens) {
    List<String> out = new ArrayList<>(tokens.size());
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    for (String token : tokens) {
      if (token.length() == 6 && BYTE.matcher(token).matches()) {
        run.write(Integer.parseInt(token.substring(3, 5), 16));
      } else {
        flush(run, out);
        out.add(token);
      }
    }
    flush(run, out);
    return out;
  }

  /** A run that is no UTF-8 as a whole is one U+FFFD for each byte. */
  private static void flush(ByteArrayOutputStream run, List<String> out) {
    if (run.size() > 0) {
      String text = Utf8.strict(run.toByteArray());
      if (text != null) {
        out.add(text);
      } else {
        out.addAll(Collections.nCopies(run.size(), "\uFFFD"));
      }
      run.reset();
    }
  }
}
