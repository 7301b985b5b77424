package dev.gatun.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The libraries of one platform as resources of the natives jar, and the checksums they must have.
 *
 * @param platform the platform they are made for
 * @param files SHA-256 in hexadecimal of every file, by name
 * @param key names the contents: two bundles with the same key are the same bytes
 * @param loader opens the resources
 */
record LibraryBundle(Platform platform, Map<String, String> files, String key, ClassLoader loader) {
  private static final int KEY_LENGTH = 32;
  // A name is a plain file name: it becomes a path in the cache.
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) {2}([A-Za-z0-9._-]{1,80})");

  /** Looks through the class loaders for a bundle of {@code platform}; null when there is none. */
  static @Nullable LibraryBundle find(Platform platform, List<ClassLoader> loaders)
      throws IOException {
    for (ClassLoader loader : loaders) {
      URL sums = loader.getResource(path(platform, "SHA256SUMS"));
      if (sums != null) {
        try (InputStream in = sums.openStream()) {
          return parse(platform, in.readNBytes(1 << 16), loader);
        }
      }
    }
    return null;
  }

  private static LibraryBundle parse(Platform platform, byte[] sums, ClassLoader loader)
      throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    for (String line : new String(sums, StandardCharsets.UTF_8).lines().toList()) {
      Matcher matcher = LINE.matcher(line.strip());
      if (!matcher.matches() || matcher.group(2).startsWith(".")) {
        throw new IOException("the natives jar is damaged: unexpected line in SHA256SUMS: " + line);
      }
      files.put(matcher.group(2), matcher.group(1));
    }
    String key = HexFormat.of().formatHex(Sha256.newDigest().digest(sums)).substring(0, KEY_LENGTH);
    return new LibraryBundle(platform, Map.copyOf(files), key, loader);
  }

  /** Opens one of the files. */
  InputStream open(String file) throws IOException {
    InputStream in = loader.getResourceAsStream(path(platform, file));
    if (in == null) {
      throw new IOException("the natives jar is damaged: it lists " + file + " but has none");
    }
    return in;
  }

  /** The hyphens keep this from being a package, so that modules do not hide it. */
  static String path(Platform platform, String file) {
    return "META-INF/gatun/natives/" + platform.id() + "/" + file;
  }

  /** SHA-256, which every JDK has. */
  static final class Sha256 {
    static MessageDigest newDigest() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (java.security.NoSuchAlgorithmException e) {
        throw new IllegalStateException("this JDK has no SHA-256", e);
      }
    }

    private Sha256() {}
  }
}
