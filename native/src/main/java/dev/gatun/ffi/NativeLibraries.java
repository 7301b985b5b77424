package dev.gatun.ffi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where native libraries are looked for.
 *
 * <p>In this order: the directory of the system property {@code gatun.native.dir} (when it is set,
 * nothing else is tried); {@code lib} of the running Java image, where a jlink image of Gatun has
 * them; the natives jar on the class or module path, unpacked once to a cache of this user; the
 * operating system's search path. The property {@code gatun.native=off} finds nothing.
 *
 * <p>A library stays open for the life of the process: compiled code and thread-local state of the
 * libraries would not survive closing them. Any number of class loaders may open the same one.
 */
public final class NativeLibraries {
  private final Platform platform;
  private final boolean off;
  private final @Nullable Path directory;
  private final Path imageLib;
  private final List<ClassLoader> loaders;
  private final Path cacheRoot;
  private final boolean systemPath;

  NativeLibraries(
      Platform platform,
      boolean off,
      @Nullable Path directory,
      Path imageLib,
      List<ClassLoader> loaders,
      Path cacheRoot,
      boolean systemPath) {
    this.platform = platform;
    this.off = off;
    this.directory = directory;
    this.imageLib = imageLib;
    this.loaders = List.copyOf(loaders);
    this.cacheRoot = cacheRoot;
    this.systemPath = systemPath;
  }

  /** The search as the system properties of this process ask for it. */
  public static NativeLibraries ofProcess() {
    Platform platform = Platform.current();
    String explicit = System.getProperty("gatun.native.dir", "");
    return new NativeLibraries(
        platform,
        System.getProperty("gatun.native", "").equalsIgnoreCase("off"),
        explicit.isBlank() ? null : Path.of(explicit),
        Path.of(System.getProperty("java.home", "."))
            .resolve(platform.os() == Platform.Os.WINDOWS ? "bin" : "lib"),
        List.of(
            Objects.requireNonNullElse(
                NativeLibraries.class.getClassLoader(), ClassLoader.getSystemClassLoader()),
            ClassLoader.getSystemClassLoader()),
        LibraryCache.defaultRoot(platform),
        true);
  }

  /** The search of {@link #ofProcess}; a property that is not a path is a reason as well. */
  static <T> Probe<T> findInProcess(LibrarySpec spec, Function<SymbolLookup, Bound<T>> bind) {
    try {
      return ofProcess().find(spec, bind);
    } catch (InvalidPathException e) {
      return new Probe<>(
          spec.title(),
          null,
          List.of(
              new Attempt(
                  Attempt.Source.DIRECTORY,
                  e.getInput(),
                  false,
                  "is not a path (" + e.getReason() + "); see -Dgatun.native.dir and .cache")));
    }
  }

  /** A search in one directory only, as with the property {@code gatun.native.dir}. */
  public static NativeLibraries in(Path directory) {
    return new NativeLibraries(
        Platform.current(), false, directory, directory, List.of(), directory, false);
  }

  /** The platform whose libraries are looked for. */
  public Platform platform() {
    return platform;
  }

  /** What a binding found in an opened library. */
  record Bound<T>(T library, String description) {}

  /**
   * Looks for {@code spec} and binds it; the first place whose library can be opened and bound
   * wins.
   *
   * @param bind throws NativeLibraryException when the opened library cannot be used
   */
  <T> Probe<T> find(LibrarySpec spec, Function<SymbolLookup, Bound<T>> bind) {
    Search<T> search = new Search<>(spec, bind);
    List<String> files = spec.files(platform.os());
    if (off) {
      search.fail(Attempt.Source.SWITCHED_OFF, "off", "native libraries are switched off");
    } else if (files.isEmpty() || platform.arch() == Platform.Arch.OTHER) {
      search.fail(Attempt.Source.SYSTEM, platform.id(), "there is none for this platform");
    } else if (directory != null) {
      search.open(Attempt.Source.DIRECTORY, directory, files);
    } else if (!search.open(Attempt.Source.RUNTIME_IMAGE, imageLib, files)
        && !resources(search, files)
        && systemPath) {
      search.openByName(files.getLast());
    }
    return search.result();
  }

  private <T> boolean resources(Search<T> search, List<String> files) {
    String jar = "gatun-ffi-natives-" + platform.id();
    try {
      LibraryBundle bundle = LibraryBundle.find(platform, loaders);
      if (bundle == null) {
        search.fail(Attempt.Source.RESOURCES, jar, "is not on the class or module path");
        return false;
      }
      List<String> present = files.stream().filter(bundle.files()::containsKey).toList();
      Path unpacked = new LibraryCache(cacheRoot).provide(bundle, present);
      return search.open(Attempt.Source.RESOURCES, unpacked, files);
    } catch (IOException e) {
      search.fail(
          Attempt.Source.RESOURCES,
          jar,
          "cannot be unpacked to "
              + cacheRoot
              + ": "
              + e
              + "; choose another place with -Dgatun.native.cache");
      return false;
    }
  }

  /** One search: the attempts so far and the library once it is found. */
  private final class Search<T> {
    private final LibrarySpec spec;
    private final Function<SymbolLookup, Bound<T>> bind;
    private final List<Attempt> attempts = new ArrayList<>();
    private @Nullable T found;

    Search(LibrarySpec spec, Function<SymbolLookup, Bound<T>> bind) {
      this.spec = spec;
      this.bind = bind;
    }

    Probe<T> result() {
      return new Probe<>(spec.title(), found, attempts);
    }

    void fail(Attempt.Source source, String location, String reason) {
      attempts.add(new Attempt(source, location, false, reason));
    }

    /** Opens the companions and then the library itself from {@code from}. */
    boolean open(Attempt.Source source, Path from, List<String> files) {
      Path main = from.resolve(files.getLast());
      if (!Files.isDirectory(from)) {
        fail(source, from.toString(), "there is no such directory");
        return false;
      }
      if (!Files.exists(main)) {
        fail(source, from.toString(), "it has no " + files.getLast());
        return false;
      }
      try {
        for (String file : files.subList(0, files.size() - 1)) {
          if (Files.exists(from.resolve(file))) {
            openFile(from.resolve(file));
          }
        }
        bind(source, main.toString(), openFile(main));
        LibraryPages.release(main);
        return true;
      } catch (NativeLibraryException e) {
        fail(source, from.toString(), String.valueOf(e.getMessage()));
        return false;
      } catch (RuntimeException | LinkageError e) {
        // A JVM without a linker for this platform, a library that breaks its own promises: a
        // search
        // never throws, and the reason is kept.
        fail(source, from.toString(), "cannot be used by this JVM: " + e);
        return false;
      }
    }

    void openByName(String name) {
      try {
        bind(Attempt.Source.SYSTEM, name, SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalCallerException e) {
        fail(Attempt.Source.SYSTEM, name, accessDenied(e));
      } catch (IllegalArgumentException e) {
        fail(Attempt.Source.SYSTEM, name, LoaderError.explain(name));
      } catch (NativeLibraryException e) {
        fail(Attempt.Source.SYSTEM, name, String.valueOf(e.getMessage()));
      } catch (RuntimeException | LinkageError e) {
        fail(Attempt.Source.SYSTEM, name, "cannot be used by this JVM: " + e);
      }
    }

    private SymbolLookup openFile(Path file) {
      String problem = LibraryFile.problem(file, platform);
      if (problem != null) {
        throw new NativeLibraryException(file.getFileName() + " " + problem);
      }
      try {
        return SymbolLookup.libraryLookup(file.toAbsolutePath(), Arena.global());
      } catch (IllegalCallerException e) {
        throw new NativeLibraryException(accessDenied(e), e);
      } catch (IllegalArgumentException e) {
        throw new NativeLibraryException(LoaderError.explain(file.toAbsolutePath().toString()), e);
      }
    }

    private void bind(Attempt.Source source, String location, SymbolLookup lookup) {
      Bound<T> bound = bind.apply(lookup);
      found = bound.library();
      attempts.add(new Attempt(source, location, true, bound.description()));
    }

    private String accessDenied(IllegalCallerException e) {
      Module module = NativeLibraries.class.getModule();
      return "this JVM refuses native access ("
          + e.getMessage()
          + "); start it with --enable-native-access="
          + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }
  }
}
