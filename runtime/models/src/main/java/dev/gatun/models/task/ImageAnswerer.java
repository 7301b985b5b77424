package dev.gatun.models.task;

import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.models.Generation;
import dev.gatun.models.generate.Search;
import dev.gatun.models.llava.PicturePlaces;
import dev.gatun.train.data.Pictures;
import dev.gatun.vision.Preprocessing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Answers questions about a picture: a folder with LLaVA, its tokenizer and its preprocessing.
 * Thread-safe.
 */
public final class ImageAnswerer implements AutoCloseable {
  private static final int MOST = 256;

  private final TextGenerator generator;
  private final TextFolder files;
  private final Preprocessing preprocessing;
  private final PicturePlaces places;

  private ImageAnswerer(TextFolder files, TextGenerator generator, Preprocessing preprocessing) {
    this.files = files;
    this.generator = generator;
    this.preprocessing = preprocessing;
    places = PicturePlaces.of(files.model().config());
  }

  /** A folder with config.json, weights, tokenizer.json and preprocessor_config.json. */
  public static ImageAnswerer load(Path folder) {
    Preprocessing preprocessing = PictureModel.preprocessing(folder);
    TextFolder files = TextFolder.load(folder, SessionOptions.DEFAULT);
    try {
      if (!files.model().config().text("model_type", "").equals("llava")) {
        throw new GatunException(
            folder
                + ": "
                + files.model().config().texts("architectures")
                + " does not answer questions about pictures; llava does");
      }
      return new ImageAnswerer(files, TextGenerator.of(files), preprocessing);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /** The answer to a question about a picture file, asked as LLaVA 1.5 was trained. */
  public String answer(Path picture, String question) {
    return answer(Pictures.read(picture, preprocessing.channels()), question);
  }

  /** The same for a decoded picture, uint8 [C, H, W]. */
  public String answer(Tensor picture, String question) {
    Search search = generator.search(MOST, 0);
    String text = "USER: <image>\n" + question + " ASSISTANT:";
    return generate(List.of(picture), text, search).text().strip();
  }

  /**
   * Goes on with a text that has pictures in it.
   *
   * @param pictures decoded, uint8 [C, H, W]
   * @param text with the token of the folder's {@code image_token_index} once for each of them
   */
  public Answer generate(List<Tensor> pictures, String text, Search search) {
    long[] ids = files.tokenizer().encode(text).idsAsLongs();
    long found = java.util.Arrays.stream(ids).filter(id -> id == places.token()).count();
    if (found != pictures.size() || found == 0) {
      throw new GatunException(
          "the text has the token '%s' %d times, there are %d pictures"
              .formatted(
                  files.tokenizer().token(Math.toIntExact(places.token())),
                  found,
                  pictures.size()));
    }
    long[] all = places.expanded(ids);
    Map<String, Tensor> inputs =
        Map.of(
            "input_ids", Tensor.of(all, 1, all.length),
            "pixel_values", stacked(pictures.stream().map(preprocessing::apply).toList()));
    return generator.written(
        List.of(),
        piece -> true,
        listener -> Generation.by(search).continuations(files.model(), inputs, listener).get(0));
  }

  private static Tensor stacked(List<Tensor> pictures) {
    Shape one = pictures.get(0).shape();
    int elements = Math.toIntExact(one.elements());
    float[] all = new float[elements * pictures.size()];
    for (int i = 0; i < pictures.size(); i++) {
      if (!pictures.get(i).shape().equals(one)) {
        throw new GatunException(
            "pictures of one text must be of one size, got "
                + one
                + " and "
                + pictures.get(i).shape()
                + "; preprocessor_config.json should say to crop them");
      }
      System.arraycopy(pictures.get(i).toFloats(), 0, all, i * elements, elements);
    }
    return Tensor.of(all, pictures.size(), one.size(0), one.size(1), one.size(2));
  }

  @Override
  public void close() {
    files.close();
  }
}
