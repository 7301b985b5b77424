package dev.gatun.train.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.train.Failure;
import dev.gatun.train.data.Interactions.Interaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Users and items: the last interaction left out, negatives that are never positives. */
class InteractionsTests {
  private static Interactions some() {
    Random random = new Random(5);
    List<Interaction> all = new ArrayList<>();
    for (int user = 0; user < 20; user++) {
      for (int i = 0; i < 1 + user; i++) {
        all.add(new Interaction(user, random.nextInt(40), random.nextInt(1000)));
      }
    }
    return Interactions.of(all, 40);
  }

  @Test
  void theLastInteractionOfEachUserIsLeftOut() {
    Interactions all = some();
    Interactions.LeaveOneOut split = all.leaveOneOut();
    // User 0 has one interaction only, which stays in training.
    assertEquals(19, split.test().all().size());
    assertEquals(all.all().size() - 19, split.train().all().size());
    Set<Integer> users = new HashSet<>();
    for (Interaction test : split.test().all()) {
      assertTrue(users.add(test.user()));
      for (Interaction train : split.train().all()) {
        assertTrue(train.user() != test.user() || train.time() <= test.time());
      }
    }
  }

  @Test
  void negativesAreNeverPositives() {
    Interactions all = some();
    Set<Long> positives = new HashSet<>();
    all.all().forEach(each -> positives.add(each.user() * 100L + each.item()));
    IndexedDataset data = all.leaveOneOut().train().withNegatives(4, 9);
    List<Long> first = new ArrayList<>();
    List<Long> second = new ArrayList<>();
    for (int epoch = 0; epoch < 2; epoch++) {
      try (SampleCursor samples = data.samples(epoch)) {
        while (samples.hasNext()) {
          Sample sample = samples.next();
          long pair = sample.get("user").getLong(0) * 100 + sample.get("item").getLong(0);
          assertEquals(sample.get("label").getDouble(0) == 1, positives.contains(pair));
          (epoch == 0 ? first : second).add(pair);
        }
      }
    }
    assertEquals(5L * all.leaveOneOut().train().all().size(), first.size());
    assertNotEquals(first, second);
    assertFalse(first.isEmpty());
  }

  @Test
  void badInteractionsAreNamed() {
    List<Interaction> every = List.of(new Interaction(3, 0, 1), new Interaction(3, 1, 2));
    assertTrue(Failure.of(() -> Interactions.of(every, 1)).contains("item=1"));
    assertTrue(
        Failure.of(() -> Interactions.of(every, 2).withNegatives(1, 1))
            .contains("user 3 has to do"));
  }
}
