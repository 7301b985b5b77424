package dev.gatun.core.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.graph.OpDef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The literal list of operators is complete, and each operator's file says what it is. */
class OpsTests {
  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "gatun", "core", "op");

  /** Names of the classes that define an operator, from their sources. */
  private static Set<String> defined() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        if (Files.readString(file).contains("public static final OpDef OP")) {
          names.add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    return names;
  }

  @Test
  void namesAreUniqueAndCamelCase() {
    Set<String> names = new HashSet<>();
    for (OpDef op : Ops.ALL) {
      assertTrue(names.add(op.name()), op.name() + " is listed twice");
      assertTrue(op.name().matches("[a-z][A-Za-z0-9]*"), op.name());
    }
  }

  @Test
  void everyOperatorIsListedAndInTheFileOfItsName() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (OpDef op : Ops.ALL) {
      listed.add(op.name().substring(0, 1).toUpperCase(Locale.ROOT) + op.name().substring(1));
    }
    assertEquals(defined(), listed);
  }

  @Test
  void everyOperatorDocumentsItself() throws IOException {
    List<String> silent = new ArrayList<>();
    for (String name : defined()) {
      String source = Files.readString(SOURCES.resolve(name + ".java"));
      String op = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
      String comment = source.substring(0, source.indexOf("public final class"));
      if (!comment.contains("/**") || !comment.contains(op + "(")) {
        silent.add(name);
      }
    }
    assertTrue(
        silent.isEmpty(), silent + " lack a class comment that starts with op(inputs) = ...");
  }
}
