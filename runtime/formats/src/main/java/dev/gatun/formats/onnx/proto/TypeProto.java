package dev.gatun.formats.onnx.proto;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Type;
import dev.gatun.formats.wire.LongList;
import dev.gatun.formats.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type as the file states it.
 *
 * @param type null when the file names a type that Gatun does not have, or none
 * @param problem what is wrong with the type, or empty
 */
public record TypeProto(@Nullable Type type, String problem) {

  static TypeProto read(WireReader in) {
    TypeProto result = new TypeProto(null, "the type is not given");
    while (in.next()) {
      result =
          switch (in.field()) {
            case 1 -> tensor(in.message());
            case 4 -> {
              TypeProto element = element(in.message(), 1);
              yield element.type == null
                  ? element
                  : new TypeProto(new Type.OfSequence(element.type), element.problem);
            }
            case 5 -> map(in.message());
            case 8 -> new TypeProto(null, "sparse tensor inputs are not supported");
            case 9 -> {
              TypeProto element = element(in.message(), 1);
              yield element.type == null
                  ? element
                  : new TypeProto(new Type.OfOptional(element.type), element.problem);
            }
            default -> {
              in.skip();
              yield result;
            }
          };
    }
    return result;
  }

  private static TypeProto element(WireReader in, int field) {
    TypeProto element = new TypeProto(null, "the element type is not given");
    while (in.next()) {
      if (in.field() == field) {
        element = read(in.message());
      } else {
        in.skip();
      }
    }
    return element;
  }

  private static TypeProto map(WireReader in) {
    long key = 0;
    TypeProto value = new TypeProto(null, "the map's value type is not given");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = in.integer();
        case 2 -> value = read(in.message());
        default -> in.skip();
      }
    }
    DType keyType = DataTypes.find(key);
    if (keyType == null) {
      return new TypeProto(null, DataTypes.problem(key));
    }
    return value.type == null
        ? value
        : new TypeProto(new Type.OfMap(keyType, value.type), value.problem);
  }

  private static TypeProto tensor(WireReader in) {
    long code = 0;
    Shape shape = Shape.UNRANKED;
    String problem = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> code = in.integer();
        case 2 -> {
          LongList sizes = new LongList();
          List<@Nullable String> names = new ArrayList<>();
          readShape(in.message(), sizes, names);
          for (int i = 0; i < sizes.size(); i++) {
            if (sizes.get(i) < Shape.UNKNOWN) {
              problem = "axis " + i + " has the negative size " + sizes.get(i);
            }
          }
          if (problem.isEmpty()) {
            shape = Shape.named(sizes.toArray(), names);
          }
        }
        default -> in.skip();
      }
    }
    DType dtype = DataTypes.find(code);
    if (dtype == null) {
      return new TypeProto(null, DataTypes.problem(code));
    }
    return new TypeProto(Type.tensor(dtype, shape), problem);
  }

  private static void readShape(WireReader in, LongList sizes, List<@Nullable String> names) {
    while (in.next()) {
      if (in.field() != 1) {
        in.skip();
        continue;
      }
      long size = Shape.UNKNOWN;
      String name = null;
      WireReader dim = in.message();
      while (dim.next()) {
        switch (dim.field()) {
          case 1 -> size = dim.integer();
          case 2 -> name = dim.text();
          default -> dim.skip();
        }
      }
      sizes.add(size);
      names.add(name == null || name.isEmpty() ? null : name);
    }
  }
}
