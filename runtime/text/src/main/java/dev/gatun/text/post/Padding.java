package dev.gatun.text.post;

import dev.gatun.text.json.Fields;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How encodings get one length.
 *
 * @param length that length, or -1 for the longest of a batch
 * @param multiple the length is a multiple of this; 0: any
 * @param id of the padding token
 * @param type of the padding token
 * @param token its string
 * @param left before the tokens instead of behind them
 */
public record Padding(int length, int multiple, int id, int type, String token, boolean left) {
  /** What {@code settings} describe. */
  public static Padding read(Fields settings) {
    JsonNode strategy = settings.require("strategy");
    int length = -1;
    if (strategy.isObject()) {
      Fields fixed = settings.object("strategy");
      length = fixed.integer("Fixed");
      fixed.finish();
    } else if (!settings.string("strategy").equals("BatchLongest")) {
      throw settings.problem("strategy", "expected \"BatchLongest\" or {\"Fixed\": n}");
    }
    Truncation.direction(settings);
    Padding result =
        new Padding(
            length,
            settings.integer("pad_to_multiple_of", 0),
            settings.integer("pad_id"),
            settings.integer("pad_type_id"),
            settings.string("pad_token"),
            settings.string("direction", "Right").equals("Left"));
    settings.finish();
    return result;
  }

  /** As in a file. */
  public void write(ObjectNode target) {
    if (length < 0) {
      target.put("strategy", "BatchLongest");
    } else {
      target.putObject("strategy").put("Fixed", length);
    }
    target.put("direction", left ? "Left" : "Right");
    target.put("pad_to_multiple_of", multiple == 0 ? null : multiple);
    target.put("pad_id", id);
    target.put("pad_type_id", type);
    target.put("pad_token", token);
  }

  /** Pads all of a batch. */
  public void apply(List<Draft> batch) {
    int target = length >= 0 ? length : batch.stream().mapToInt(Draft::size).max().orElse(0);
    if (multiple > 0 && target % multiple > 0) {
      target += multiple - target % multiple;
    }
    for (Draft each : batch) {
      each.pad(target, id, type, token, left);
    }
  }
}
