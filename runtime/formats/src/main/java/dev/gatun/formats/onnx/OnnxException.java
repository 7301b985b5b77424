package dev.gatun.formats.onnx;

import dev.gatun.core.tensor.GatunException;
import java.util.List;

/** A model that cannot be imported, with all its problems. */
public final class OnnxException extends GatunException {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN = 50;

  private final transient List<Problem> problems;

  /** Creates the exception for a file. */
  public OnnxException(String file, List<Problem> problems) {
    super(text(file, problems));
    this.problems = List.copyOf(problems);
  }

  /** Everything that was found, not only what the message shows. */
  public List<Problem> problems() {
    return problems;
  }

  /** True when the model may be right and Gatun lacks something that it needs. */
  public boolean isUnsupported() {
    return problems.stream().anyMatch(Problem::unsupported);
  }

  private static String text(String file, List<Problem> problems) {
    StringBuilder text = new StringBuilder(file).append(": ");
    if (problems.size() == 1) {
      return text.append(problems.get(0)).toString();
    }
    text.append(problems.size()).append(" problems");
    for (int i = 0; i < Math.min(SHOWN, problems.size()); i++) {
      text.append("\n  ").append(problems.get(i));
    }
    if (problems.size() > SHOWN) {
      text.append("\n  and ").append(problems.size() - SHOWN).append(" more");
    }
    return text.toString();
  }
}
