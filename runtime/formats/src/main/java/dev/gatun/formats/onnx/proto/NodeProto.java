package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.WireReader;
import java.util.ArrayList;
import java.util.List;

/** One use of an operator. An empty input or output name stands for an optional one left out. */
public record NodeProto(
    String name,
    String domain,
    String opType,
    String overload,
    List<String> inputs,
    List<String> outputs,
    List<AttributeProto> attributes) {

  static NodeProto read(WireReader in) {
    String name = "";
    String domain = "";
    String opType = "";
    String overload = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    List<AttributeProto> attributes = new ArrayList<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> inputs.add(in.text());
        case 2 -> outputs.add(in.text());
        case 3 -> name = in.text();
        case 4 -> opType = in.text();
        case 5 -> attributes.add(AttributeProto.read(in.message()));
        case 7 -> domain = ModelProto.canonicalDomain(in.text());
        case 8 -> overload = in.text();
        default -> in.skip();
      }
    }
    return new NodeProto(name, domain, opType, overload, inputs, outputs, attributes);
  }

  /** Operator with its domain unless that is the default one. */
  public String qualifiedOp() {
    return domain.isEmpty() ? opType : domain + "." + opType;
  }

  /** Operator and name (or first output) for messages. */
  public String title() {
    String id =
        !name.isEmpty() ? name : outputs.stream().filter(o -> !o.isEmpty()).findFirst().orElse("");
    return qualifiedOp() + " '" + id + "'";
  }
}
