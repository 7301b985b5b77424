package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.TensorBuilder;
import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * regexFullMatch(x){pattern}: whether each whole text matches. Java's syntax contains RE2's but for
 * {@code (?P<name>...)}, which is rewritten.
 */
final class RegexFullMatch {
  static final OpDef OP =
      OpDef.named("regexFullMatch")
          .attr("pattern")
          .types(
              in -> {
                try {
                  pattern(in.attrs().text("pattern"));
                } catch (PatternSyntaxException e) {
                  throw in.error("bad pattern: %s", e.getDescription());
                }
                return List.of(Type.tensor(DType.BOOL, in.shape(0)));
              })
          .reference(
              in -> {
                Tensor x = in.tensor(0);
                Pattern pattern = pattern(in.attrs().text("pattern"));
                TensorBuilder out = new TensorBuilder(DType.BOOL, x.shape());
                for (long i = 0; i < x.elements(); i++) {
                  out.set(i, pattern.matcher(x.getString(i)).matches());
                }
                return List.of(out.build());
              })
          .define();

  private static Pattern pattern(String text) {
    return Pattern.compile(text.replace("(?P<", "(?<"));
  }

  private RegexFullMatch() {}
}
