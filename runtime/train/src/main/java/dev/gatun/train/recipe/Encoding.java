package dev.gatun.train.recipe;

import dev.gatun.train.data.Preparation;
import dev.gatun.train.data.Preparations;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How what files hold became numbers; found in the training data and kept with the run, for other
 * data must be read the same way.
 *
 * @param columns of a table that are features
 * @param target the column that is learnt
 * @param classes names of classes in their order
 * @param alphabet all characters of a text
 * @param preparations of features
 */
record Encoding(
    List<String> columns,
    String target,
    List<String> classes,
    String alphabet,
    List<Preparation> preparations) {
  static final Encoding NONE = new Encoding(List.of(), "", List.of(), "", List.of());

  Encoding {
    columns = List.copyOf(columns);
    classes = List.copyOf(classes);
    preparations = List.copyOf(preparations);
  }

  static Encoding ofClasses(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(Integer.toString(i));
    }
    return new Encoding(List.of(), "", names, "", List.of());
  }

  ObjectNode toJson() {
    ObjectNode node = JsonMapper.shared().createObjectNode();
    var names = node.putArray("columns");
    columns.forEach(names::add);
    node.put("target", target);
    var words = node.putArray("classes");
    classes.forEach(words::add);
    node.put("alphabet", alphabet).put("preparations", Preparations.toJson(preparations));
    return node;
  }

  static Encoding fromJson(JsonNode node) {
    return new Encoding(
        strings(node.required("columns")),
        node.required("target").stringValue(),
        strings(node.required("classes")),
        node.required("alphabet").stringValue(),
        Preparations.fromJson(node.required("preparations").stringValue()));
  }

  private static List<String> strings(JsonNode array) {
    return array.values().stream().map(JsonNode::stringValue).toList();
  }
}
