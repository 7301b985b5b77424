package dev.gatun.train.schedule;

/**
 * The learning rate as a function of time; without state, so that a resumed run goes on as if it
 * had never stopped. {@link Schedules} has the usual ones.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The learning rate in force at a step.
   *
   * @param step number of the step (or epoch, if the trainer counts in epochs), from 0
   * @param base the learning rate of the optimizer or of a parameter group
   */
  double rate(long step, double base);

  /**
   * This schedule for the first {@code steps} steps, then another one, which starts at its own step
   * 0.
   */
  default Schedule then(long steps, Schedule next) {
    return (step, base) -> step < steps ? rate(step, base) : next.rate(step - steps, base);
  }

  /** The rate of both: the other schedule gets this one's rate as its base. */
  default Schedule times(Schedule other) {
    return (step, base) -> other.rate(step, rate(step, base));
  }
}
