package dev.gatun.formats.onnx.map;

import dev.gatun.formats.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/**
 * Nodes so that each comes after those that it reads from. The format demands that order; files
 * that break it are sorted, keeping the order of the file where there is a choice.
 *
 * @param sorted nodes in order
 * @param cyclic nodes on a cycle or behind one
 */
record NodeOrder(List<NodeProto> sorted, List<NodeProto> cyclic) {

  /**
   * Sorts nodes.
   *
   * @param known whether a name has a value before the first node
   */
  static NodeOrder of(List<NodeProto> nodes, Predicate<String> known) {
    Map<String, Integer> producer = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (String output : nodes.get(i).outputs()) {
        if (!output.isEmpty() && !known.test(output)) {
          producer.putIfAbsent(output, i);
        }
      }
    }
    List<List<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      readers.add(new ArrayList<>());
    }
    int[] waiting = new int[nodes.size()];
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (String name : FreeNames.reads(nodes.get(i))) {
        Integer from = producer.get(name);
        if (from != null) {
          readers.get(from).add(i);
          waiting[i]++;
        }
      }
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<NodeProto> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int i = ready.remove();
      sorted.add(nodes.get(i));
      for (int reader : readers.get(i)) {
        if (--waiting[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    List<NodeProto> cyclic = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (waiting[i] > 0) {
        cyclic.add(nodes.get(i));
      }
    }
    return new NodeOrder(sorted, cyclic);
  }
}
