package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.OpDef;
import java.util.List;

/** The list of operators that only ONNX has. */
public final class OnnxOps {
  public static final List<OpDef> ALL =
      List.of(
          DictVectorizer.OP,
          ImageDecoder.OP,
          LabelEncoder.OP,
          RegexFullMatch.OP,
          StringConcat.OP,
          StringNormalizer.OP,
          StringSplit.OP,
          TfIdf.OP,
          TreeEnsemble.OP,
          ZipMap.OP);

  private OnnxOps() {}
}
