package dev.gatun.models.hub;

import dev.gatun.core.tensor.GatunException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file as a hub describes it.
 *
 * @param checksum SHA-256 of a large file, SHA-1 as git computes it of others, or nothing known
 */
record HubFile(String name, String checksum) {
  private static final int SHA256 = 64;
  private static final int SHA1 = 40;

  HubFile {
    boolean plain = !name.isEmpty() && !name.startsWith("/") && !name.contains("\\");
    for (String part : name.split("/", -1)) {
      plain &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!plain || name.indexOf('\0') >= 0 || name.indexOf(':') >= 0) {
      throw new GatunException("the hub lists '" + name + "', which is no name of a file");
    }
  }

  boolean isChecked() {
    return checksum.length() == SHA256 || checksum.length() == SHA1;
  }

  /** Whether a file has the content that the hub says. */
  boolean matches(Path file) throws IOException {
    if (!isChecked()) {
      return true;
    }
    MessageDigest digest = digest(checksum.length() == SHA256 ? "SHA-256" : "SHA-1");
    if (checksum.length() == SHA1) {
      String header = "blob " + Files.size(file) + "\0";
      digest.update(header.getBytes(StandardCharsets.UTF_8));
    }
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).equals(checksum);
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }
}
