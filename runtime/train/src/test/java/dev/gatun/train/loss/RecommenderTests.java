package dev.gatun.train.loss;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.Epochs;
import dev.gatun.train.ParameterGroup;
import dev.gatun.train.Trainer;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.data.Interactions;
import dev.gatun.train.metric.RetrievalMetric;
import dev.gatun.train.net.Flow;
import dev.gatun.train.net.Initializers;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Layer;
import dev.gatun.train.net.Layers;
import dev.gatun.train.net.Net;
import dev.gatun.train.optim.Optimizers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recommenders: how users and items interact, and what is minimized. */
@Tag("acceptance")
class RecommenderTests {
  private static final int USERS = 300;
  private static final int ITEMS = 150;

  /** Users like items near them in a plane of tastes. */
  private static Interactions tastes() {
    Random random = new Random(3);
    double[][] users = points(random, USERS);
    double[][] items = points(random, ITEMS);
    List<Interactions.Interaction> all = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      for (int k = 0; k < 14; ) {
        int item = random.nextInt(ITEMS);
        double d = Math.hypot(users[u][0] - items[item][0], users[u][1] - items[item][1]);
        if (random.nextDouble() < Math.exp(-8 * d * d)) {
          all.add(new Interactions.Interaction(u, item, k++));
        }
      }
    }
    return Interactions.of(all, ITEMS);
  }

  private static double[][] points(Random random, int count) {
    double[][] points = new double[count][];
    for (int i = 0; i < count; i++) {
      points[i] = new double[] {2 * random.nextDouble() - 1, 2 * random.nextDouble() - 1};
    }
    return points;
  }

  /** A user's and an item's number become one score. */
  private static BinaryOperator<Flow> scorer(boolean products) {
    Layer users = Layers.embedding(USERS, 8).weights(Initializers.normal(0, 0.1));
    Layer items = Layers.embedding(ITEMS, 8).weights(Initializers.normal(0, 0.1));
    if (products) {
      return (user, item) -> Similarity.dot(user.then(users), item.then(items));
    }
    Layer first = Layers.dense(32);
    Layer second = Layers.dense(1);
    return (user, item) ->
        Flow.concat(-1, user.then(users), item.then(items))
            .then(first)
            .relu()
            .then(second)
            .squeeze(-1);
  }

  @Test
  void pairsRankAsWellAsSingleLabels() {
    Interactions.LeaveOneOut split = tastes().leaveOneOut();
    double bce = hitRate(split, scorer(true), false);
    double bpr = hitRate(split, scorer(true), true);
    assertTrue(bpr >= bce - 0.02 && bpr > 0.5, "BPR " + bpr + ", cross entropy " + bce);
  }

  @Test
  void bothInteractionsBeatPopularityTwice() {
    Interactions.LeaveOneOut split = tastes().leaveOneOut();
    int[] counts = new int[ITEMS];
    split.train().all().forEach(each -> counts[each.item()]++);
    double popularity =
        hitRate(
            split.test(),
            (user, items) -> {
              float[] scores = new float[items.length];
              for (int i = 0; i < items.length; i++) {
                scores[i] = counts[(int) items[i]];
              }
              return Tensor.of(scores, items.length);
            });
    double dot = hitRate(split, scorer(true), false);
    double layers = hitRate(split, scorer(false), false);
    String all = "popularity " + popularity + ", products " + dot + ", layers " + layers;
    assertTrue(dot >= 2 * popularity && layers >= 2 * popularity, all);
  }

  private static double hitRate(
      Interactions.LeaveOneOut split, BinaryOperator<Flow> score, boolean pairs) {
    Interactions train = split.train();
    Input user = Input.ids("user");
    Input item = Input.ids("item");
    Input other = Input.ids("other");
    Net net =
        pairs
            ? Net.of(
                List.of(user, item, other),
                in -> List.of(score.apply(in.get(0), in.get(1)), score.apply(in.get(0), in.get(2))))
            : Net.of(user, item, score);
    Objective ranking =
        new Objective() {
          @Override
          public List<Input> targets(List<Flow> outputs) {
            return List.of();
          }

          @Override
          public Flow value(List<Flow> outputs, List<Flow> targets, Optional<Flow> weights) {
            return PairLosses.bpr(outputs.get(0), outputs.get(1)).mean();
          }
        };
    IndexedDataset data =
        pairs ? train.pairs(5) : train.withNegatives(1, 5).map(s -> s.with("y", s.get("label")));
    try (Trainer trainer =
        Trainer.builder(net)
            .loss(pairs ? ranking : Losses.sigmoidCrossEntropy())
            .optimizer(Optimizers.adam(0.01))
            .group(ParameterGroup.of("").l2(1e-5))
            .build()) {
      trainer.fit(data.shuffle(1).batch(pairs ? 64 : 128), Epochs.of(40));
      return hitRate(
          split.test(),
          (who, candidates) -> {
            long[] same = new long[candidates.length];
            Arrays.fill(same, who);
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            inputs.put("user", Tensor.of(same, same.length));
            inputs.put("item", Tensor.of(candidates, same.length));
            inputs.put("other", Tensor.of(candidates, same.length));
            inputs.keySet().retainAll(net.inputs().stream().map(Input::name).toList());
            return trainer.predict(inputs).get(net.outputNames().get(0));
          });
    }
  }

  /** Scores of some items for a user. */
  private interface Scores {
    Tensor of(int user, long[] items);
  }

  /** Share of users whose last item is among the first 10 of 100 others and it. */
  private static double hitRate(Interactions test, Scores scores) {
    RetrievalMetric hits = RetrievalMetric.hitRate(10);
    Random random = new Random(9);
    for (Interactions.Interaction each : test.all()) {
      long[] candidates = new long[101];
      candidates[0] = each.item();
      for (int i = 1; i < 101; i++) {
        candidates[i] = random.nextInt(ITEMS);
      }
      float[] relevant = new float[101];
      relevant[0] = 1;
      hits.update(
          scores.of(each.user(), candidates).reshape(Shape.of(1, 101)),
          Tensor.of(relevant, 1, 101));
    }
    return hits.result();
  }
}
