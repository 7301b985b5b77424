package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.WireReader;
import java.util.Optional;

/** Name and, where given, type of a graph's input, output or inner value. */
public record ValueProto(String name, Optional<TypeProto> type) {
  static ValueProto read(WireReader in) {
    String name = "";
    Optional<TypeProto> type = Optional.empty();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 2 -> type = Optional.of(TypeProto.read(in.message()));
        default -> in.skip();
      }
    }
    return new ValueProto(name, type);
  }
}
