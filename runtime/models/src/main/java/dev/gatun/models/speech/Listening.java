package dev.gatun.models.speech;

import dev.gatun.audio.Sound;
import dev.gatun.audio.SpeechFeatures;

/** How a kind of network comes from sound to text. */
interface Listening {
  /** The text of one part: one channel at the network's sample rate, not too long. */
  String text(SpeechFeatures features, Sound part);
}
