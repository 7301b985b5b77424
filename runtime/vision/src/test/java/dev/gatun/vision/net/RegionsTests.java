package dev.gatun.vision.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.core.exec.Model;
import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.graph.GraphBuilder;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.train.net.Flow;
import dev.gatun.vision.Box;
import dev.gatun.vision.Detection;
import dev.gatun.vision.Suppression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Anchors, differences of boxes, matches, choices and regions are those computed one by one. */
class RegionsTests {
  /** Inputs by name. */
  private record Inputs(Map<String, Flow> flows) {
    Flow get(String name) {
      return Objects.requireNonNull(flows.get(name), name);
    }
  }

  /** Runs a graph of some inputs; unknown sizes where asked for. */
  private static Tensor run(
      Map<String, Tensor> inputs, boolean known, Function<Inputs, Flow> formula) {
    GraphBuilder b = new GraphBuilder("test");
    Map<String, Flow> flows = new HashMap<>();
    inputs.forEach(
        (name, x) -> {
          long[] sizes = x.shape().sizes();
          for (int i = 0; i < sizes.length && !known; i++) {
            // Channels and corners are always known.
            boolean fixed = i == 1 && sizes.length == 4 || i == 2 && sizes.length == 3;
            sizes[i] = fixed ? sizes[i] : Shape.UNKNOWN;
          }
          Type.OfTensor type = Type.tensor(x.dtype(), Shape.of(sizes));
          flows.put(name, Flow.of(b, b.input(name, type)));
        });
    b.output("y", formula.apply(new Inputs(flows)).value());
    try (Session session = new Model(b.build(), Map.of(), Map.of()).compile();
        Outputs outputs = session.run(inputs)) {
      Tensor y = outputs.get("y");
      return y.dtype() == DType.I64
          ? Tensor.whole(DType.I64, y.shape(), y.toLongs())
          : Tensor.rounded(y.dtype(), y.shape(), y.toDoubles());
    }
  }

  private static Tensor random(long seed, long... sizes) {
    float[] x = new float[Math.toIntExact(Shape.of(sizes).elements())];
    Random random = new Random(seed);
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat();
    }
    return Tensor.of(x, sizes);
  }

  /** Boxes [B, N, 4] in a picture. */
  private static Tensor boxes(long seed, int batch, int count, double side) {
    Random random = new Random(seed);
    float[] x = new float[4 * batch * count];
    for (int i = 0; i < x.length; i += 4) {
      double size = 1 + (side - 1) * Math.pow(random.nextDouble(), 3);
      x[i] = (float) ((side - size) * random.nextDouble());
      x[i + 1] = (float) ((side - size) * random.nextDouble());
      x[i + 2] = (float) (x[i] + size * (0.3 + 0.7 * random.nextDouble()));
      x[i + 3] = (float) (x[i + 1] + size * (0.3 + 0.7 * random.nextDouble()));
    }
    return Tensor.of(x, batch, count, 4);
  }

  private static Box box(Tensor boxes, int i) {
    return new Box(
        boxes.getFloat(4L * i),
        boxes.getFloat(4L * i + 1),
        boxes.getFloat(4L * i + 2),
        boxes.getFloat(4L * i + 3));
  }

  @Test
  void anchorsLieAtEachPlace() {
    Anchors anchors = new Anchors(List.of(List.of(32), List.of(64)), List.of(0.5, 1.0, 2.0));
    Map<String, Tensor> inputs = Map.of("x", random(1, 1, 2, 3, 4), "p", random(1, 1, 3, 25, 33));
    for (boolean known : new boolean[] {true, false}) {
      Tensor y = run(inputs, known, in -> anchors.of(in.get("x"), in.get("p"), 0).corners());
      assertEquals(Shape.of(36, 4), y.shape());
      float[] all = y.toFloats();
      // Steps of 25 / 3 = 8 down and 33 / 4 = 8 across; the second place of the second row.
      int at = 4 * 3 * (4 + 1);
      assertArrayEquals(
          new float[] {-15, -3, 31, 19, -8, -8, 24, 24, -3, -15, 19, 31},
          java.util.Arrays.copyOfRange(all, at, at + 12));
      assertEquals(-23, all[0]);
    }
  }

  @Test
  void differencesMeanTheBoxesTheyCameFrom() {
    Tensor a = boxes(1, 2, 50, 100);
    Tensor b = boxes(2, 2, 50, 100);
    for (BoxCoding coding : List.of(new BoxCoding(1, 1), new BoxCoding(10, 5))) {
      Tensor y =
          run(
              Map.of("a", a, "b", b),
              true,
              in -> {
                BoxFlow from = BoxFlow.of(in.get("b"));
                return coding
                    .box(coding.differences(BoxFlow.of(in.get("a")), from), from)
                    .corners();
              });
      for (int i = 0; i < 100; i++) {
        // A side that is more than 62 times as long is cut.
        if (box(a, i).width() < 60 * box(b, i).width()
            && box(a, i).height() < 60 * box(b, i).height()) {
          assertEquals(box(a, i).left(), y.getFloat(4L * i), 1e-2);
          assertEquals(box(a, i).bottom(), y.getFloat(4L * i + 3), 1e-2);
        }
      }
    }
    Tensor d =
        run(
            Map.of(
                "a",
                Tensor.of(new float[] {10, 20, 50, 40}, 1, 1, 4),
                "b",
                Tensor.of(new float[] {0, 0, 20, 40}, 1, 1, 4)),
            true,
            in ->
                new BoxCoding(10, 5).differences(BoxFlow.of(in.get("a")), BoxFlow.of(in.get("b"))));
    assertArrayEquals(
        new float[] {10, 2.5f, (float) (5 * Math.log(2)), (float) (5 * Math.log(0.5))},
        d.toFloats(),
        1e-5f);
  }

  @Test
  void matchesAreTheBestOverlaps() {
    int count = 60;
    int things = 5;
    float[] values = boxes(3, 2, count, 40).toFloats();
    Tensor corners = boxes(4, 2, things, 40);
    // Some are near the things.
    for (int i = 0; i < 2 * things * 4; i++) {
      values[i + i / (4 * things) * 4 * (count - things)] = corners.getFloat(i) * 1.02f;
    }
    Tensor boxes = Tensor.of(values, 2, count, 4);
    float[] there = {1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
    Map<String, Tensor> inputs =
        Map.of("x", boxes, "y", corners, "there", Tensor.of(there, 2, things));
    for (boolean best : new boolean[] {false, true}) {
      Function<Inputs, Matching> matching =
          in -> Matching.of(BoxFlow.of(in.get("x")), in.get("y"), in.get("there"), 0.3, 0.5, best);
      float[] good = run(inputs, true, in -> matching.apply(in).good()).toFloats();
      float[] bad = run(inputs, true, in -> matching.apply(in).bad()).toFloats();
      long[] which = run(inputs, true, in -> matching.apply(in).things()).toLongs();
      int goods = 0;
      for (int row = 0; row < 2; row++) {
        for (int i = 0; i < count; i++) {
          double most = -1;
          int at = 0;
          boolean own = false;
          for (int t = 0; t < things; t++) {
            if (there[row * things + t] > 0) {
              double overlap = box(boxes, row * count + i).iou(box(corners, row * things + t));
              double top = 0;
              for (int j = 0; j < count; j++) {
                top =
                    Math.max(top, box(boxes, row * count + j).iou(box(corners, row * things + t)));
              }
              own |= overlap > 0 && overlap > top - 1e-6;
              at = overlap > most ? t : at;
              most = Math.max(most, overlap);
            }
          }
          int k = row * count + i;
          boolean expected = most >= 0.5 || best && own;
          assertEquals(expected ? 1 : 0, good[k], "row " + k);
          assertEquals(!expected && most < 0.3 ? 1 : 0, bad[k], "row " + k);
          if (most > 0) {
            assertEquals(at, which[k]);
          }
          goods += expected ? 1 : 0;
        }
      }
      assertEquals(true, goods > 3, goods + " good");
    }
  }

  @Test
  void keptAreThoseThatOverlapNoBetter() {
    int count = 80;
    Tensor boxes = boxes(5, 2, count, 30);
    Tensor scores = random(6, 2, count);
    for (boolean known : new boolean[] {true, false}) {
      float[] kept =
          run(
                  Map.of("x", boxes, "s", scores),
                  known,
                  in -> Picks.keep(BoxFlow.of(in.get("x")), in.get("s"), 0.4, 0.25))
              .toFloats();
      for (int row = 0; row < 2; row++) {
        List<Detection> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          double score = scores.getFloat((long) row * count + i);
          if (score > 0.25) {
            all.add(new Detection(0, score, box(boxes, row * count + i)));
          }
        }
        List<Detection> expected = Suppression.keep(all, 0.4, count);
        for (int i = 0; i < count; i++) {
          Box own = box(boxes, row * count + i);
          boolean is = expected.stream().anyMatch(d -> d.box().equals(own));
          assertEquals(is ? 1 : 0, kept[row * count + i]);
        }
      }
    }
  }

  @Test
  void choicesAreAsManyAsAskedFor() {
    int count = 101;
    float[] from = new float[3 * count];
    for (int i = 0; i < count; i++) {
      from[i] = i % 3 == 0 ? 1 : 0;
      from[count + i] = i < 4 ? 1 : 0;
    }
    Map<String, Tensor> inputs =
        Map.of(
            "from", Tensor.of(from, 3, count),
            "chance", random(7, 3, count),
            "counts", Tensor.of(new float[] {7, 9, 0}, 3, 1));
    float[] some =
        run(inputs, true, in -> Picks.some(in.get("from"), in.get("chance"), 10)).toFloats();
    float[] own =
        run(inputs, true, in -> Picks.some(in.get("from"), in.get("chance"), 10, in.get("counts")))
            .toFloats();
    int[] expected = {10, 4, 0, 7, 4, 0};
    for (int row = 0; row < 3; row++) {
      int sum = 0;
      int sumOfOwn = 0;
      for (int i = row * count; i < (row + 1) * count; i++) {
        sum += (int) some[i];
        sumOfOwn += (int) own[i];
        assertEquals(true, some[i] <= from[i] && own[i] <= some[i]);
      }
      assertEquals(expected[row], sum);
      assertEquals(expected[3 + row], sumOfOwn);
    }
  }

  @Test
  void regionsAreSeenAtTheLevelThatSuitsThem() {
    int batch = 2;
    int rows = 40;
    Tensor boxes = boxes(8, batch, rows, 1200);
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("boxes", boxes);
    for (int level = 0; level < 4; level++) {
      int side = 300 >> level;
      inputs.put("level" + level, random(10 + level, batch, 3, side, side));
    }
    Regions regions = new Regions(3, 2);
    List<Tensor> results = new ArrayList<>();
    for (boolean known : new boolean[] {true, false}) {
      results.add(
          run(
              inputs,
              known,
              in -> {
                List<Flow> levels = new ArrayList<>();
                for (int level = 0; level < 4; level++) {
                  levels.add(in.get("level" + level));
                }
                return regions.of(levels, 4, BoxFlow.of(in.get("boxes")));
              }));
    }
    assertEquals(Shape.of((long) batch * rows, 3, 3, 3), results.get(0).shape());
    int[] seen = new int[4];
    for (int r = 0; r < batch * rows; r++) {
      Box box = box(boxes, r);
      // Of a picture of 1200 pixels; the coarsest level has 37 places.
      double usual = 4 + Math.log(Math.sqrt(box.area()) / 224) / Math.log(2);
      int level = (int) Math.clamp(Math.floor(usual + 1e-6), 2, 5) - 2;
      seen[level]++;
      for (int i = 0; i < 27; i++) {
        double expected =
            bin(Objects.requireNonNull(inputs.get("level" + level)), r / rows, i, box, 4 << level);
        assertEquals(expected, results.get(0).getFloat(27L * r + i), 1e-4, "region " + r);
        assertEquals(expected, results.get(1).getFloat(27L * r + i), 1e-4, "region " + r);
      }
    }
    for (int count : seen) {
      assertEquals(true, count > 0, java.util.Arrays.toString(seen));
    }
  }

  /** The mean of four samples of a bin. */
  private static double bin(Tensor x, int picture, int index, Box box, int step) {
    int side = (int) x.shape().size(2);
    int plane = (picture * 3 + index / 9) * side * side;
    double width = Math.max(box.width() / step, 1);
    double height = Math.max(box.height() / step, 1);
    double sum = 0;
    int down = index % 9 / 3;
    int across = index % 3;
    for (int s = 0; s < 4; s++) {
      int lower = s / 2;
      int further = s % 2;
      double v = box.top() / step + (down + (lower + 0.5) / 2) * height / 3;
      double u = box.left() / step + (across + (further + 0.5) / 2) * width / 3;
      v = Math.clamp(v, 0, side - 1);
      u = Math.clamp(u, 0, side - 1);
      int row = (int) v;
      int column = (int) u;
      int below = Math.min(row + 1, side - 1);
      int right = Math.min(column + 1, side - 1);
      double upper =
          (1 - u + column) * x.getFloat(plane + row * side + column)
              + (u - column) * x.getFloat(plane + row * side + right);
      double under =
          (1 - u + column) * x.getFloat(plane + below * side + column)
              + (u - column) * x.getFloat(plane + below * side + right);
      sum += (1 - v + row) * upper + (v - row) * under;
    }
    return sum / 4;
  }
}
