package dev.gatun.vision.net;

import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Capsules;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import java.util.List;
import java.util.Optional;

/**
 * A network of capsules (Sabour and others 2017): two convolutions, the second of which gives small
 * vectors instead of numbers, routing by agreement to one vector a class, whose length is how
 * likely the class is, and a decoder that paints the picture again from the vector.
 *
 * <p>{@link #net} gives lengths [B, classes] and the picture that the likeliest class's vector
 * means [B, channels, height, width]; {@link #taught} is the same network with the class given as
 * input "label", and paints that one's.
 *
 * @param filters of the first convolution
 * @param kernel of both
 * @param stride of the second
 * @param kinds of small capsules at each place
 * @param small their width
 * @param large width of the capsules of classes
 * @param rounds of routing
 */
public record CapsuleNet(
    int channels,
    int height,
    int width,
    int classes,
    long filters,
    long kernel,
    long stride,
    long kinds,
    long small,
    long large,
    int rounds) {
  private static final double PRESENT = 0.9;
  private static final double ABSENT = 0.1;
  private static final double OF_ABSENT = 0.5;

  /** Checked. */
  public CapsuleNet {
    if (channels < 1 || height < 2 * kernel - 1 || width < 2 * kernel - 1 || classes < 1) {
      throw new GatunException(
          "two convolutions of %d x %d need pictures of at least %d x %d, not %d x %d"
              .formatted(kernel, kernel, 2 * kernel - 1, 2 * kernel - 1, height, width));
    }
  }

  /** The published one, for pictures of 28 x 28 pixels: 6.8 million parameters without decoder. */
  public static CapsuleNet ofMnist() {
    return new CapsuleNet(1, 28, 28, 10, 256, 9, 2, 32, 8, 16, 3);
  }

  private Input picture() {
    return Input.of("x", channels, height, width);
  }

  /** The network with first weights. */
  public Net net() {
    return Net.of(
        List.of(picture()),
        in -> {
          Flow capsules = capsules(in.get(0));
          Flow lengths = lengths(capsules);
          Flow most = lengths.largest(1).unsqueeze(1);
          return List.of(
              lengths, painted(capsules, lengths.equal(most).cast(DType.F32).unsqueeze(-1)));
        });
  }

  /** The network that is told the class, to be trained by {@link #loss}; weights are the same. */
  public Net taught() {
    return Net.of(
        List.of(picture(), new Input("label", DType.I64, Shape.SCALAR)),
        in -> {
          Flow capsules = capsules(in.get(0));
          Flow which = oneHot(in.get(1));
          return List.of(
              lengths(capsules),
              painted(capsules, which.unsqueeze(-1)),
              which.stop(),
              in.get(0).stop());
        });
  }

  private Flow oneHot(Flow labels) {
    long[] all = new long[classes];
    java.util.Arrays.setAll(all, i -> i);
    return labels.unsqueeze(-1).equal(labels.constant(Tensor.vector(all))).cast(DType.F32);
  }

  /** Capsules of classes [B, classes, large]. */
  private Flow capsules(Flow x) {
    Flow y =
        x.named("first").conv2d(filters, kernel, o -> o.weights(Initializers.heNormal())).relu();
    y = y.named("second").conv2d(kinds * small, kernel, o -> o.stride(stride));
    y = y.reshape(0, kinds, small, -1).transpose(0, 1, 3, 2).reshape(0, -1, small);
    return Capsules.squash(y).named("classes").then(new Capsules(classes, large, rounds));
  }

  private static Flow lengths(Flow capsules) {
    return capsules.square().sum(-1).add(1e-9).sqrt();
  }

  /** The picture that the capsule of one class means. */
  private Flow painted(Flow capsules, Flow which) {
    Flow x = capsules.mul(which).reshape(0, classes * large);
    x = x.named("paint0").dense(512).relu().named("paint1").dense(1024).relu();
    x = x.named("paint2").dense((long) channels * height * width).sigmoid();
    return x.reshape(0, channels, height, width);
  }

  /**
   * The loss of {@link #taught}: lengths above 0.9 for the class and below 0.1 for others, and a
   * little of the squared differences of pictures.
   *
   * @param ofPixels how much the sum of the squares counts; published is 0.0005
   */
  public static Objective loss(double ofPixels) {
    return new Margins(ofPixels);
  }

  private record Margins(double ofPixels) implements Objective {
    @Override
    public List<Input> targets(List<Flow> outputs) {
      return List.of();
    }

    @Override
    public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
      Flow lengths = outputs.get(0);
      Flow which = outputs.get(2);
      Flow missing = lengths.subFrom(PRESENT).max(0).square().mul(which);
      Flow wrong = lengths.sub(ABSENT).max(0).square().mul(which.subFrom(1)).mul(OF_ABSENT);
      Flow pixels = outputs.get(1).sub(outputs.get(3)).square().sum(1, 2, 3);
      Flow all = missing.add(wrong).sum(-1).add(pixels.mul(ofPixels));
      return Embedder.mean(all, weights);
    }
  }
}
