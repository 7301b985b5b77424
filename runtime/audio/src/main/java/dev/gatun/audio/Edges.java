package dev.gatun.audio;

/** What a short-time transform takes for samples before the beginning and behind the end. */
public enum Edges {
  /** Frames are centred on every hop-th sample; outside there is silence (librosa). */
  SILENCE,
  /** Frames are centred on every hop-th sample; outside the sound is mirrored (Whisper). */
  MIRROR,
  /** Frames lie wholly within the sound. */
  NONE
}
