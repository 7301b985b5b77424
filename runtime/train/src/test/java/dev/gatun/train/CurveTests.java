package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.core.plan.Backend;
import java.io.IOException;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten steps of small nets follow the recorded losses, whatever kernels and threads there are. */
@Tag("slow")
class CurveTests {
  static Stream<Arguments> ways() {
    return Curves.nets().keySet().stream()
        .flatMap(
            name ->
                Stream.of(
                    Arguments.of(name, Backend.VECTOR, 1),
                    Arguments.of(name, Backend.VECTOR, 3),
                    Arguments.of(name, Backend.VECTOR, 4),
                    Arguments.of(name, Backend.ONEDNN, 1),
                    Arguments.of(name, Backend.ONEDNN, 4),
                    Arguments.of(name, Backend.AUTO, 3)));
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("ways")
  void tenStepsFollowTheRecordedLosses(String name, Backend backend, int threads)
      throws IOException {
    assumeTrue(
        backend == Backend.AUTO || backend.isMeasured(), backend + " is not on this machine");
    double[] expected = Objects.requireNonNull(Curves.recorded().get(name));
    double[] actual = Curves.run(Objects.requireNonNull(Curves.nets().get(name)), backend, threads);
    for (int i = 0; i < expected.length; i++) {
      // Adam divides by roots of tiny gradients, so rounding grows with the steps.
      assertEquals(expected[i], actual[i], 1e-4 * expected[i], name + " step " + i);
    }
  }

  @Test
  void theReferenceStillGivesWhatWasRecorded() throws IOException {
    assertEquals(Curves.nets().keySet(), Curves.recorded().keySet());
    Curves.recorded()
        .forEach(
            (name, losses) -> {
              assertEquals(Curves.STEPS, losses.length, name);
              assertTrue(losses[9] < losses[0] - 0.05, name + " does not learn");
            });
    double[] mlp =
        Curves.run(Objects.requireNonNull(Curves.nets().get("mlp")), Backend.REFERENCE, 1);
    assertArrayEquals(Curves.recorded().get("mlp"), mlp, 1e-6);
  }
}
