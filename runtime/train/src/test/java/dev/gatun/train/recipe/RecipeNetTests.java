package dev.gatun.train.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.train.data.Dataset;
import dev.gatun.train.data.IndexedDataset;
import dev.gatun.train.net.Net;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What activations the nets of recipes have where nobody chose any. */
class RecipeNetTests {
  private static Task task(Task.Goal goal, int outputs) {
    IndexedDataset one = Dataset.of("x", Tensor.of(new float[4], 1, 4), "y", Tensor.vector(0L));
    return new Task(
        goal, Shape.of(4), outputs, Encoding.NONE, one, Optional.empty(), Optional.empty());
  }

  @Test
  void hiddenUnitsAreRectifiedAndOutputsAreNot() {
    for (Task task : List.of(task(Task.Goal.CLASSES, 3), task(Task.Goal.NUMBERS, 1))) {
      Net net = new Mlp().net(task);
      List<String> operators =
          net.model().graph().nodes().stream().map(node -> node.op().name()).toList();
      assertEquals(2, operators.stream().filter("relu"::equals).count(), operators.toString());
      // Logits and numbers: the loss of the head, or none, does the rest.
      assertFalse(operators.contains("softmax") || operators.contains("sigmoid"));
      assertTrue(operators.lastIndexOf("relu") < operators.lastIndexOf("matmul"));
      assertEquals(task.outputs(), net.outputs().get(0).shape().size(-1));
    }
  }
}
