package dev.gatun.formats.onnx.proto;

import dev.gatun.formats.wire.WireReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operator that the model itself defines.
 *
 * @param attributes names of attributes without default
 * @param defaults attributes with their default
 */
public record FunctionProto(
    String name,
    String domain,
    String overload,
    List<String> inputs,
    List<String> outputs,
    List<String> attributes,
    List<AttributeProto> defaults,
    List<NodeProto> nodes,
    Map<String, Long> opsets) {

  static FunctionProto read(WireReader in) {
    String name = "";
    String domain = "";
    String overload = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    List<String> attributes = new ArrayList<>();
    List<AttributeProto> defaults = new ArrayList<>();
    List<NodeProto> nodes = new ArrayList<>();
    Map<String, Long> opsets = new LinkedHashMap<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 4 -> inputs.add(in.text());
        case 5 -> outputs.add(in.text());
        case 6 -> attributes.add(in.text());
        case 7 -> nodes.add(NodeProto.read(in.message()));
        case 9 -> ModelProto.readOpset(in.message(), opsets);
        case 10 -> domain = ModelProto.canonicalDomain(in.text());
        case 11 -> defaults.add(AttributeProto.read(in.message()));
        case 13 -> overload = in.text();
        default -> in.skip();
      }
    }
    return new FunctionProto(
        name, domain, overload, inputs, outputs, attributes, defaults, nodes, opsets);
  }

  /** Tells functions apart; nodes are matched by it. */
  public String key() {
    return key(domain, name, overload);
  }

  /** The key of the function that a node calls. */
  public static String key(String domain, String name, String overload) {
    return domain + "\n" + name + "\n" + overload;
  }
}
