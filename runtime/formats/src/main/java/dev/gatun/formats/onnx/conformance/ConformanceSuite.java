package dev.gatun.formats.onnx.conformance;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.UnsupportedOpException;
import dev.gatun.formats.onnx.LoadOptions;
import dev.gatun.formats.onnx.Onnx;
import dev.gatun.formats.onnx.OnnxException;
import dev.gatun.formats.onnx.OnnxModel;
import dev.gatun.formats.onnx.conformance.TestResult.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Runs the backend tests of the ONNX project: directories with {@code model.onnx} and {@code
 * test_data_set_N/input_i.pb, output_i.pb}, at any depth.
 *
 * <p>Each test runs on a thread of its own with a time limit; one that hangs counts as failed and
 * is left behind.
 *
 * @param runner what runs the models
 * @param tolerance how far outputs may be off
 * @param limit time for one test
 */
public record ConformanceSuite(ModelRunner runner, Tolerance tolerance, Duration limit) {
  // Deeply nested subgraphs recurse.
  private static final long STACK_BYTES = 16 << 20;

  /** The suite on the reference interpreter. */
  public static ConformanceSuite reference() {
    return new ConformanceSuite(ModelRunner.REFERENCE, Tolerance.DEFAULT, Duration.ofSeconds(60));
  }

  /** The suite on compiled sessions. */
  public static ConformanceSuite compiled(SessionOptions options) {
    return new ConformanceSuite(
        ModelRunner.sessions(options), Tolerance.DEFAULT, Duration.ofSeconds(60));
  }

  /** Runs all tests below a directory in order of their names. */
  public List<TestResult> run(Path directory, Consumer<TestResult> listener) {
    List<TestResult> results = new ArrayList<>();
    for (TestCase test : TestCase.find(directory)) {
      TestResult result = guarded(test);
      results.add(result);
      listener.accept(result);
    }
    return results;
  }

  /** How many tests a directory has. */
  public static int count(Path directory) {
    return TestCase.find(directory).size();
  }

  private TestResult guarded(TestCase test) {
    long begin = System.nanoTime();
    FutureTask<TestResult> task = new FutureTask<>(() -> run(test, begin));
    Thread thread = new Thread(null, task, "conformance " + test.name(), STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      return result(test, Status.FAILED, "takes longer than " + limit, Set.of(), begin);
    } catch (ExecutionException e) {
      return result(test, Status.FAILED, "breaks: " + e.getCause(), Set.of(), begin);
    } catch (InterruptedException e) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while running " + test.name());
    }
  }

  private TestResult run(TestCase test, long begin) {
    Set<String> operators = Set.of();
    try {
      OnnxModel model = Onnx.open(test.model(), LoadOptions.defaults().withFillMissing());
      operators = model.info().operators().keySet();
      Optional<String> difference = test.run(model, runner, tolerance);
      return result(
          test,
          difference.isPresent() ? Status.FAILED : Status.PASSED,
          difference.orElse(""),
          operators,
          begin);
    } catch (OnnxException e) {
      return result(
          test,
          e.isUnsupported() ? Status.UNSUPPORTED : Status.FAILED,
          reason(e),
          Onnx.read(test.model()).operators().keySet(),
          begin);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // Whatever a test makes go wrong is its result; the suite goes on.
      return result(
          test, isUnsupported(e) ? Status.UNSUPPORTED : Status.FAILED, reason(e), operators, begin);
    }
  }

  private static boolean isUnsupported(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnsupportedOpException) {
        return true;
      }
    }
    return false;
  }

  private static String reason(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    boolean ours = e instanceof dev.gatun.core.tensor.GatunException;
    return (ours ? message : e.getClass().getSimpleName() + ": " + message).replaceAll("\\s+", " ");
  }

  private static TestResult result(
      TestCase test, Status status, String reason, Set<String> operators, long begin) {
    long millis = (System.nanoTime() - begin) / 1_000_000;
    return new TestResult(test.name(), status, reason, operators, millis);
  }
}
