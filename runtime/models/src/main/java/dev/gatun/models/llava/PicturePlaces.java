package dev.gatun.models.llava;

import dev.gatun.models.family.Config;

/** How texts for LLaVA say where pictures are. */
public final class PicturePlaces {
  private final LlavaConfig config;

  private PicturePlaces(LlavaConfig config) {
    this.config = config;
  }

  /** Of a config. */
  public static PicturePlaces of(Config config) {
    return new PicturePlaces(LlavaConfig.of(config));
  }

  /** The id that stands for a patch of a picture. */
  public long token() {
    return config.imageToken();
  }

  /**
   * Ids of a text with as many ids for each picture as it has patches.
   *
   * @param ids with one id for each picture
   */
  public long[] expanded(long[] ids) {
    int places = Math.toIntExact(config.places());
    java.util.stream.LongStream.Builder all = java.util.stream.LongStream.builder();
    for (long id : ids) {
      for (int i = 0; i < (id == token() ? places : 1); i++) {
        all.add(id);
      }
    }
    return all.build().toArray();
  }
}
