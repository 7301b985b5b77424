package dev.gatun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search order, and that each way to fail is a reason and not an exception. */
class NativeLibrariesTests {
  private static final Platform HERE = Platform.current();

  @TempDir Path scratch;

  private NativeLibraries search(
      boolean off, @Nullable Path directory, Path imageLib, List<ClassLoader> loaders) {
    return new NativeLibraries(
        HERE, off, directory, imageLib, loaders, scratch.resolve("cache"), false);
  }

  private static Path natives() {
    Path directory = Path.of(System.getProperty("gatun.native.dir", "none"));
    assumeTrue(
        Files.isDirectory(directory), () -> "no native libraries of this platform in " + directory);
    return directory;
  }

  private static String mainFile() {
    return LibrarySpec.ONEDNN.files(HERE.os()).getLast();
  }

  @Test
  void findsNothingWhenSwitchedOff() {
    Probe<OneDnn> probe = OneDnn.find(search(true, null, scratch, List.of()));
    assertTrue(probe.library().isEmpty());
    assertEquals(Attempt.Source.SWITCHED_OFF, probe.attempts().getFirst().source());
  }

  @Test
  void anExplicitDirectoryIsTheOnlyPlace() {
    assumeTrue(HERE.os() != Platform.Os.OTHER && HERE.arch() != Platform.Arch.OTHER);
    Probe<OneDnn> empty = OneDnn.find(NativeLibraries.in(scratch));
    assertEquals(1, empty.attempts().size());
    assertEquals(
        "not from property gatun.native.dir (" + scratch + "): it has no " + mainFile(),
        empty.attempts().getFirst().toString());
    Probe<OneDnn> none = OneDnn.find(NativeLibraries.in(scratch.resolve("none")));
    assertEquals("there is no such directory", none.attempts().getFirst().detail());
    NativeLibraryException e = assertThrows(NativeLibraryException.class, none::orElseThrow);
    assertTrue(String.valueOf(e.getMessage()).startsWith("oneDNN is not available\n  not from"));
  }

  @Test
  void refusesALibraryOfAnotherMachine() throws IOException {
    assumeTrue(HERE.os() == Platform.Os.LINUX, "writes an ELF file");
    int other = HERE.arch() == Platform.Arch.X86_64 ? 183 : 62;
    Files.write(scratch.resolve(mainFile()), LibraryFileTests.elf(other, 100));
    Attempt attempt = OneDnn.find(NativeLibraries.in(scratch)).attempts().getFirst();
    assertFalse(attempt.loaded());
    assertTrue(
        attempt.detail().startsWith(mainFile() + " is made for ")
            && attempt.detail().contains("this machine is " + HERE),
        attempt.detail());
  }

  @Test
  void refusesATruncatedLibraryAndATruncatedCompanion() throws IOException {
    Path whole = natives().resolve("libgomp.so.1");
    assumeTrue(Files.exists(whole), "this platform has no libgomp");
    byte[] half = java.util.Arrays.copyOf(Files.readAllBytes(whole), 150_000);
    Files.write(scratch.resolve(mainFile()), half);
    Attempt main = OneDnn.find(NativeLibraries.in(scratch)).attempts().getFirst();
    assertTrue(main.detail().startsWith(mainFile() + " is truncated: 150000 bytes"), main.detail());
    Files.write(scratch.resolve("libgomp.so.1"), half);
    Attempt companion = OneDnn.find(NativeLibraries.in(scratch)).attempts().getFirst();
    assertTrue(companion.detail().startsWith("libgomp.so.1 is truncated"), companion.detail());
  }

  @Test
  void refusesALibraryThatIsSomethingElse() throws IOException {
    Path other = natives().resolve("libgomp.so.1");
    assumeTrue(Files.exists(other), "this platform has no libgomp");
    Files.copy(other, scratch.resolve(mainFile()));
    Attempt attempt = OneDnn.find(NativeLibraries.in(scratch)).attempts().getFirst();
    assertTrue(
        attempt.detail().startsWith("it lacks the functions dnnl_version dnnl_set_verbose"),
        attempt.detail());
  }

  @Test
  void theLoadersOwnErrorIsTheReason() throws IOException {
    assumeTrue(HERE.os() == Platform.Os.LINUX, "writes an ELF file");
    int machine = HERE.arch() == Platform.Arch.X86_64 ? 62 : 183;
    Files.write(scratch.resolve(mainFile()), LibraryFileTests.elf(machine, 100));
    Attempt attempt = OneDnn.find(NativeLibraries.in(scratch)).attempts().getFirst();
    assertTrue(attempt.detail().startsWith(scratch.resolve(mainFile()) + ": "), attempt.detail());
    assertFalse(attempt.detail().contains("does not say why"), attempt.detail());
  }

  @Test
  void aBindingMayRefuseTheVersion() {
    Probe<String> probe =
        NativeLibraries.in(natives())
            .find(
                LibrarySpec.ONEDNN,
                (SymbolLookup lookup) -> {
                  throw new NativeLibraryException("it is version 2.7, needed is 3.11");
                });
    assertEquals("it is version 2.7, needed is 3.11", probe.attempts().getFirst().detail());
  }

  @Test
  void whatABindingThrowsIsAReasonToo() {
    Probe<String> probe =
        NativeLibraries.in(natives())
            .find(
                LibrarySpec.ONEDNN,
                (SymbolLookup lookup) -> {
                  throw new UnsupportedOperationException("no linker");
                });
    assertEquals(
        "cannot be used by this JVM: java.lang.UnsupportedOperationException: no linker",
        probe.attempts().getFirst().detail());
  }

  @Test
  void takesTheRuntimeImageBeforeTheJarAndTheJarWhenTheImageHasNone() throws IOException {
    Path natives = natives();
    ClassLoader jar = jarOf(natives);
    Probe<OneDnn> image = OneDnn.find(search(false, null, natives, List.of(jar)));
    assertEquals(Attempt.Source.RUNTIME_IMAGE, image.attempts().getLast().source());
    assertTrue(image.attempts().getLast().loaded(), image::toString);

    Probe<OneDnn> unpacked = OneDnn.find(search(false, null, scratch, List.of(jar)));
    assertEquals(
        List.of(Attempt.Source.RUNTIME_IMAGE, Attempt.Source.RESOURCES),
        unpacked.attempts().stream().map(Attempt::source).toList());
    Attempt last = unpacked.attempts().getLast();
    assertTrue(last.loaded(), unpacked::toString);
    assertTrue(Path.of(last.location()).startsWith(scratch.resolve("cache")), last.location());
    assertTrue(last.detail().startsWith("version 3."), last.detail());
  }

  @Test
  void everyAttemptIsRemembered() {
    assumeTrue(HERE.os() != Platform.Os.OTHER && HERE.arch() != Platform.Arch.OTHER);
    Probe<OneDnn> probe = OneDnn.find(search(false, null, scratch, List.of()));
    assertEquals(
        "oneDNN is not available\n"
            + ("  not from runtime image (" + scratch + "): it has no " + mainFile() + "\n")
            + ("  not from natives jar (gatun-ffi-natives-" + HERE + "): ")
            + "is not on the class or module path",
        probe.toString());
  }

  @Test
  void knowsTheNamesOfPlatforms() {
    assertEquals("linux-x86_64", Platform.of("Linux", "amd64").id());
    assertEquals("linux-arm64", Platform.of("Linux", "aarch64").id());
    assertEquals("macosx-arm64", Platform.of("Mac OS X", "aarch64").id());
    assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64").id());
    assertEquals("other-other", Platform.of("Plan 9", "sparc").id());
  }

  /** A class loader with the resources of the natives jar, which are read where they are. */
  private ClassLoader jarOf(Path natives) throws IOException {
    StringBuilder sums = new StringBuilder();
    for (String name : LibrarySpec.ONEDNN.files(HERE.os())) {
      if (Files.exists(natives.resolve(name))) {
        byte[] contents = Files.readAllBytes(natives.resolve(name));
        byte[] hash = LibraryBundle.Sha256.newDigest().digest(contents);
        sums.append(HexFormat.of().formatHex(hash)).append("  ").append(name).append('\n');
      }
    }
    Path list = scratch.resolve("SHA256SUMS");
    Files.writeString(list, sums);
    return new ClassLoader(null) {
      @Override
      protected @Nullable URL findResource(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        Path path = file.equals("SHA256SUMS") ? list : natives.resolve(file);
        try {
          return name.equals(LibraryBundle.path(HERE, file)) && Files.exists(path)
              ? path.toUri().toURL()
              : null;
        } catch (MalformedURLException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }
}
