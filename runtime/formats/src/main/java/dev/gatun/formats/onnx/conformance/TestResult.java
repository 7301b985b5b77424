package dev.gatun.formats.onnx.conformance;

import java.util.Set;

/**
 * How one test went.
 *
 * @param name folder of the test below the suite's directory
 * @param status how it went
 * @param reason what is missing or wrong; empty when passed
 * @param operators operators of the model
 * @param millis how long it took, loading included
 */
public record TestResult(
    String name, Status status, String reason, Set<String> operators, long millis) {
  /** How a test can go. */
  public enum Status {
    PASSED,
    FAILED,
    /** The model needs something that Gatun says it does not have. */
    UNSUPPORTED
  }
}
