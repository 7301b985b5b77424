package dev.gatun.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Libraries unpacked once for this user, in a directory named by their contents.
 *
 * <p>Only this user may write there (0700). A file appears under its name only when it is complete
 * and its SHA-256 is right (temporary file, then an atomic rename, under a file lock). Hashing 130
 * MB takes half a second, so a stamp beside each file records the size and time it had when it was
 * verified; a file that differs from its stamp is hashed again and replaced if it is damaged.
 */
final class LibraryCache {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);
  private static final long LOCK_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long LOCK_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int BUFFER_BYTES = 1 << 18;
  // A file lock belongs to the whole process; this one orders its threads.
  private static final ReentrantLock THREADS = new ReentrantLock();

  private final Path root;

  /** A cache below {@code root}, which is created when something is unpacked. */
  LibraryCache(Path root) {
    this.root = root;
  }

  /** Where this user's cache is: {@code gatun.native.cache}, or what the platform prescribes. */
  static Path defaultRoot(Platform platform) {
    String explicit = System.getProperty("gatun.native.cache", "");
    if (!explicit.isBlank()) {
      return Path.of(explicit);
    }
    String home = System.getProperty("user.home", ".");
    String xdg = environment("XDG_CACHE_HOME");
    String local = environment("LOCALAPPDATA");
    Path caches =
        switch (platform.os()) {
          case WINDOWS -> local.isBlank() ? Path.of(home, "AppData", "Local") : Path.of(local);
          case MACOS -> Path.of(home, "Library", "Caches");
          case LINUX, OTHER -> xdg.isBlank() ? Path.of(home, ".cache") : Path.of(xdg);
        };
    return caches.resolve("gatun").resolve("natives");
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    return value == null ? "" : value;
  }

  /**
   * Makes sure that {@code files} of {@code bundle} are in the cache.
   *
   * @return the directory that holds them
   * @throws IOException when a file cannot be written or the bundle is damaged
   */
  Path provide(LibraryBundle bundle, List<String> files) throws IOException {
    Path directory = root.resolve(bundle.platform().id() + "-" + bundle.key());
    if (isVerified(directory, bundle, files)) {
      return directory;
    }
    createOwnerOnly(directory);
    THREADS.lock();
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      assert lock.isValid();
      for (String file : files) {
        ensure(directory, bundle, file);
      }
    } finally {
      THREADS.unlock();
    }
    return directory;
  }

  private static boolean isVerified(Path directory, LibraryBundle bundle, List<String> files) {
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) || !isOwnerOnly(directory)) {
        return false;
      }
      for (String file : files) {
        Path path = directory.resolve(file);
        Path stamp = stampOf(path);
        if (!Files.isRegularFile(path) || !Files.isRegularFile(stamp)) {
          return false;
        }
        if (!Files.readString(stamp).equals(stampText(path, hashOf(bundle, file)))) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false; // the slow way finds out what is wrong and says so
    }
  }

  private static void ensure(Path directory, LibraryBundle bundle, String file) throws IOException {
    Path path = directory.resolve(file);
    String expected = hashOf(bundle, file);
    if (!Files.isRegularFile(path) || !sha256(path).equals(expected)) {
      unpack(directory, bundle, file, expected);
    }
    Path temporary = directory.resolve(file + ".stamp-" + ProcessHandle.current().pid());
    Files.writeString(temporary, stampText(path, expected));
    move(temporary, stampOf(path));
  }

  private static void unpack(Path directory, LibraryBundle bundle, String file, String expected)
      throws IOException {
    Path temporary = directory.resolve(file + ".part-" + ProcessHandle.current().pid());
    try {
      MessageDigest digest = LibraryBundle.Sha256.newDigest();
      try (InputStream in = bundle.open(file);
          OutputStream out = Files.newOutputStream(temporary)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
          out.write(buffer, 0, n);
        }
      }
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(expected)) {
        throw new IOException(
            "the natives jar is damaged: SHA-256 of "
                + file
                + " is "
                + found
                + ", expected "
                + expected);
      }
      move(temporary, directory.resolve(file));
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String hashOf(LibraryBundle bundle, String file) throws IOException {
    String hash = bundle.files().get(file);
    if (hash == null) {
      throw new IOException("the natives jar has no " + file);
    }
    return hash;
  }

  private static Path stampOf(Path path) {
    return path.resolveSibling(path.getFileName() + ".verified");
  }

  private static String stampText(Path path, String hash) throws IOException {
    return String.format(
        Locale.ROOT,
        "%s %d %d",
        hash,
        Files.size(path),
        Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS));
  }

  private static String sha256(Path path) throws IOException {
    MessageDigest digest = LibraryBundle.Sha256.newDigest();
    try (InputStream in = Files.newInputStream(path)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Waits for other processes, and for other class loaders of this one. */
  private static FileLock lock(FileChannel channel) throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // The same class in another class loader of this process holds it: wait like for a process.
        assert e != null;
      }
      if (System.nanoTime() - start > LOCK_TIMEOUT_NANOS) {
        throw new IOException("another process has been unpacking for a minute");
      }
      LockSupport.parkNanos(LOCK_RETRY_NANOS);
    }
  }

  private static void createOwnerOnly(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(directory, ownerOnly(directory));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(directory + " is not a directory", e);
      }
      if (!isOwnerOnly(directory)) {
        throw new IOException(
            directory + " can be changed by other users; delete it or set -Dgatun.native.cache", e);
      }
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path directory) {
    return isPosix(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  private static boolean isOwnerOnly(Path directory) throws IOException {
    return !isPosix(directory)
        || OWNER_ONLY.containsAll(
            Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS));
  }

  private static boolean isPosix(Path path) {
    return Files.getFileAttributeView(path, PosixFileAttributeView.class) != null;
  }
}
