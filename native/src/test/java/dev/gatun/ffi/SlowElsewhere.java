package dev.gatun.ffi;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Skips tests of primitives that oneDNN has only as plain loops on this processor.
 *
 * <p>On x86-64, where it has fast ones for all that is tested, a refusal stays a failure.
 */
final class SlowElsewhere implements TestExecutionExceptionHandler {
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    if (thrown instanceof OneDnnException
        && Platform.current().arch() != Platform.Arch.X86_64
        && String.valueOf(thrown.getMessage()).contains("only its slow reference")) {
      throw new TestAbortedException(thrown.getMessage(), thrown);
    }
    throw thrown;
  }
}
