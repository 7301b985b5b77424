package dev.gatun.core.op;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A parsed einsum equation. Labels are letters; the axes under an ellipsis are labelled by digits,
 * "0" being the last one, so that they align at the end.
 *
 * @param operands labels of each operand, a character an axis
 * @param output labels of the result
 */
record Equation(List<String> operands, String output) {
  /** Parses for operands of these ranks. */
  static Equation parse(String text, List<Shape> shapes) {
    String equation = text.replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    if (terms.length != shapes.size()) {
      throw error(text, terms.length + " terms for " + shapes.size() + " operands");
    }
    List<String> operands = new ArrayList<>();
    int widest = 0;
    for (int i = 0; i < terms.length; i++) {
      int hidden = shapes.get(i).rank() - terms[i].replace("...", "").length();
      if (hidden < 0 || hidden > 0 && !terms[i].contains("...") || hidden > 10) {
        throw error(text, "term '" + terms[i] + "' does not fit shape " + shapes.get(i));
      }
      widest = Math.max(widest, hidden);
      operands.add(checked(text, terms[i].replace("...", ellipsis(hidden))));
    }
    String output =
        arrow >= 0
            ? checked(text, equation.substring(arrow + 2).replace("...", ellipsis(widest)))
            : implicit(operands, widest);
    String all = String.join("", operands);
    for (int i = 0; i < output.length(); i++) {
      char label = output.charAt(i);
      if (all.indexOf(label) < 0 || output.indexOf(label) != i) {
        throw error(text, "output label '" + label + "' is unknown or given twice");
      }
    }
    return new Equation(operands, output);
  }

  private static String ellipsis(int axes) {
    StringBuilder labels = new StringBuilder();
    for (int i = axes - 1; i >= 0; i--) {
      labels.append((char) ('0' + i));
    }
    return labels.toString();
  }

  private static String checked(String text, String labels) {
    for (int i = 0; i < labels.length(); i++) {
      char c = labels.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')) {
        throw error(text, "'" + c + "' is no label");
      }
    }
    return labels;
  }

  /** Without an arrow: the ellipsis, then the labels that occur once, in alphabetical order. */
  private static String implicit(List<String> operands, int widest) {
    Map<Character, Integer> counts = new TreeMap<>();
    for (String operand : operands) {
      for (int i = 0; i < operand.length(); i++) {
        counts.merge(operand.charAt(i), 1, Integer::sum);
      }
    }
    StringBuilder output = new StringBuilder(ellipsis(widest));
    counts.forEach(
        (label, count) -> {
          if (count == 1 && !Character.isDigit(label)) {
            output.append(label);
          }
        });
    return output.toString();
  }

  /** Size of every label; -1 where no operand tells. An ellipsis axis of size 1 stretches. */
  Map<Character, Long> sizes(List<Shape> shapes) {
    Map<Character, Long> sizes = new TreeMap<>();
    for (int i = 0; i < operands.size(); i++) {
      for (int axis = 0; axis < operands.get(i).length(); axis++) {
        char label = operands.get(i).charAt(axis);
        long size = shapes.get(i).size(axis);
        sizes.merge(label, size, (known, other) -> merged(label, known, other));
      }
    }
    return sizes;
  }

  private static long merged(char label, long x, long y) {
    if (x == 1 || y == 1) {
      return x == 1 ? y : x;
    }
    if (x >= 0 && y >= 0 && x != y) {
      throw new ShapeException("op 'einsum': label '" + label + "' has sizes " + x + " and " + y);
    }
    return Math.max(x, y);
  }

  private static ShapeException error(String equation, String problem) {
    return new ShapeException("op 'einsum': equation '" + equation + "': " + problem);
  }
}
