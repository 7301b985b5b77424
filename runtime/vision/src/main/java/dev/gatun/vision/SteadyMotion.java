package dev.gatun.vision;

/**
 * Kalman's filter (1960) of one number that changes steadily: what is known of its value and its
 * change a frame, and how sure. Numbers of a box that are independent at first and are measured one
 * by one stay independent, so four of these are the filter of a box.
 */
final class SteadyMotion {
  private double value;
  private double change;
  // Covariance of both: symmetric.
  private double ofValue;
  private double ofBoth;
  private double ofChange;

  /**
   * A value that was measured, its change unknown.
   *
   * @param deviation of the measurement
   * @param likely deviation of changes
   */
  SteadyMotion(double value, double deviation, double likely) {
    this.value = value;
    ofValue = deviation * deviation;
    ofChange = likely * likely;
  }

  /**
   * One frame later.
   *
   * @param drift deviation of what the value does besides
   * @param turn deviation of what happens to the change
   */
  void predict(double drift, double turn) {
    value += change;
    ofValue += 2 * ofBoth + ofChange + drift * drift;
    ofBoth += ofChange;
    ofChange += turn * turn;
  }

  /** The value was measured. */
  void correct(double measured, double deviation) {
    double sum = ofValue + deviation * deviation;
    double gain = ofValue / sum;
    double gainOfChange = ofBoth / sum;
    double error = measured - value;
    value += gain * error;
    change += gainOfChange * error;
    ofChange -= gainOfChange * ofBoth;
    ofBoth -= gain * ofBoth;
    ofValue -= gain * ofValue;
  }

  /** Stops, such as a size that would fall below what there is. */
  void stop(double at) {
    value = at;
    change = 0;
  }

  double value() {
    return value;
  }

  double change() {
    return change;
  }
}
