package dev.gatun.audio;

/** Scales of heard pitch. */
public enum MelScale {
  /** One formula for all frequencies (O'Shaughnessy 1987; the default of HTK). */
  HTK {
    @Override
    public double toMel(double hertz) {
      return 2595 * Math.log10(1 + hertz / 700);
    }

    @Override
    public double toHertz(double mel) {
      return 700 * (Math.pow(10, mel / 2595) - 1);
    }
  },
  /** Even up to 1000 Hz, logarithmic above (Slaney 1998; the default of librosa, and Whisper's). */
  SLANEY {
    private static final double LINEAR_HZ = 200 / 3.0;
    private static final double LOG_FROM = 1000;
    private static final double LOG_STEP = 0.06875177742094912; // ln 6.4 / 27

    @Override
    public double toMel(double hertz) {
      return hertz < LOG_FROM
          ? hertz / LINEAR_HZ
          : LOG_FROM / LINEAR_HZ + Math.log(hertz / LOG_FROM) / LOG_STEP;
    }

    @Override
    public double toHertz(double mel) {
      double from = LOG_FROM / LINEAR_HZ;
      return mel < from ? mel * LINEAR_HZ : LOG_FROM * Math.exp(LOG_STEP * (mel - from));
    }
  };

  /** Pitch of a frequency. */
  public abstract double toMel(double hertz);

  /** Frequency of a pitch. */
  public abstract double toHertz(double mel);
}
