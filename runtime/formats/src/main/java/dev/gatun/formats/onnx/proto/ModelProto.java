package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.FileBytes;
import dev.gatun.formats.wire.WireReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An ONNX file. {@code graph} is empty when the file has none. */
public record ModelProto(
    String file,
    long irVersion,
    String producerName,
    String producerVersion,
    String domain,
    long modelVersion,
    String doc,
    Optional<GraphProto> graph,
    Map<String, Long> opsets,
    List<FunctionProto> functions,
    Map<String, String> metadata) {

  /** Decodes a whole file. */
  public static ModelProto read(FileBytes file) {
    WireReader in = WireReader.of(file);
    long irVersion = 0;
    long modelVersion = 0;
    String producerName = "";
    String producerVersion = "";
    String domain = "";
    String doc = "";
    Optional<GraphProto> graph = Optional.empty();
    Map<String, Long> opsets = new LinkedHashMap<>();
    List<FunctionProto> functions = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          if (in.isBytes()) {
            throw in.error("no ONNX model but a bare graph, as tools wrote before ONNX 1.0");
          }
          irVersion = in.integer();
        }
        case 2 -> producerName = in.text();
        case 3 -> producerVersion = in.text();
        case 4 -> domain = in.text();
        case 5 -> modelVersion = in.integer();
        case 6 -> doc = in.text();
        case 7 -> graph = Optional.of(GraphProto.read(in.message()));
        case 8 -> readOpset(in.message(), opsets);
        case 14 -> readEntry(in.message(), metadata);
        case 25 -> functions.add(FunctionProto.read(in.message()));
        default -> in.skip();
      }
    }
    return new ModelProto(
        file.name(),
        irVersion,
        producerName,
        producerVersion,
        domain,
        modelVersion,
        doc,
        graph,
        opsets,
        functions,
        metadata);
  }

  static void readOpset(WireReader in, Map<String, Long> opsets) {
    String domain = "";
    long version = 0;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> domain = in.text();
        case 2 -> version = in.integer();
        default -> in.skip();
      }
    }
    opsets.put(canonicalDomain(domain), version);
  }

  /** The default domain has two names. */
  public static String canonicalDomain(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }

  static void readEntry(WireReader in, Map<String, String> entries) {
    String key = "";
    String value = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    entries.put(key, value);
  }
}
