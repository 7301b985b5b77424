package dev.gatun.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part of Python's pickle format that plain data needs: dictionaries, lists, numbers,
 * texts. Names of classes and functions are only names; the few that may be "called" are those that
 * {@link Rules} knows, anything else is refused. Nothing is ever executed.
 */
final class PickleMachine {
  /** A class or function that the file names. */
  record Name(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /** What names and references to storages mean. */
  interface Rules {
    /** The value of a call; refuses all but a few names. */
    Object call(Name function, List<@Nullable Object> arguments);

    /** The value of a reference to data outside of the pickle. */
    Object persistent(Object id);
  }

  /** Stands for the start of a group of values on the stack. */
  private record Mark() {}

  /** Python's None, which the stack cannot hold as null. */
  static final Object NONE = new Object();

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final String file;
  private final MemorySegment code;
  private final Rules rules;
  private final ArrayDeque<Object> stack = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private long at;

  private PickleMachine(String file, MemorySegment code, Rules rules) {
    this.file = file;
    this.code = code;
    this.rules = rules;
  }

  /** The value that a pickle holds. */
  static Object read(String file, MemorySegment code, Rules rules) {
    PickleMachine machine = new PickleMachine(file, code, rules);
    try {
      return machine.run();
    } catch (IndexOutOfBoundsException
        | java.util.NoSuchElementException
        | ClassCastException
        | NumberFormatException e) {
      throw FormatException.at(file, machine.at, "the pickle is damaged: " + e);
    }
  }

  private Object run() {
    while (true) {
      long start = at;
      int op = code.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
      switch (op) {
        case 0x80 -> at++; // protocol
        case 0x95 -> at += 8; // frame
        case '.' -> {
          return pop();
        }
        case '(' -> stack.push(new Mark());
        case '0' -> pop();
        case '1' -> popMark();
        case '2' -> stack.push(stack.element());
        case 'N' -> stack.push(NONE);
        case 0x88 -> stack.push(true);
        case 0x89 -> stack.push(false);
        case 'J' -> stack.push((long) int32());
        case 'K' -> stack.push((long) byte8());
        case 'M' -> stack.push((long) (byte8() | byte8() << 8));
        case 0x8a -> stack.push(longOf(byte8()));
        case 'G' -> {
          stack.push(code.get(F64, at));
          at += 8;
        }
        case 'X' -> stack.push(text(int32() & 0xffffffffL));
        case 0x8c -> stack.push(text(byte8()));
        case 0x8d -> stack.push(text(int64()));
        case '}' -> stack.push(new LinkedHashMap<Object, Object>());
        case 'd' -> stack.push(dictionary(popMark()));
        case ']' -> stack.push(new ArrayList<Object>());
        case 'l' -> stack.push(popMark());
        case ')' -> stack.push(List.of());
        case 't' -> stack.push(popMark());
        case 0x85, 0x86, 0x87 -> stack.push(tuple(op - 0x84));
        case 'a' -> {
          Object last = pop();
          list().add(last);
        }
        case 'e' -> {
          List<Object> more = popMark();
          list().addAll(more);
        }
        case 's' -> {
          Object value = pop();
          Object key = pop();
          map().put(key, value);
        }
        case 'u' -> {
          List<Object> more = popMark();
          map().putAll(dictionary(more));
        }
        case 'q' -> memo.put((long) byte8(), stack.element());
        case 'r' -> memo.put(int32() & 0xffffffffL, stack.element());
        case 0x94 -> memo.put((long) memo.size(), stack.element());
        case 'h' -> stack.push(remembered(byte8()));
        case 'j' -> stack.push(remembered(int32() & 0xffffffffL));
        case 'c' -> stack.push(new Name(line(), line()));
        case 0x93 -> {
          String name = (String) pop();
          stack.push(new Name((String) pop(), name));
        }
        case 'Q' -> stack.push(rules.persistent(pop()));
        case 'R' -> {
          @SuppressWarnings("unchecked")
          List<@Nullable Object> arguments = (List<@Nullable Object>) pop();
          stack.push(rules.call((Name) pop(), arguments));
        }
        case 'b' -> build(start);
        default ->
            throw FormatException.at(
                file,
                start,
                "pickle instruction 0x"
                    + Integer.toHexString(op)
                    + " is not allowed: only tensors in dictionaries and lists are read, nothing"
                    + " is executed; save the weights as safetensors");
      }
    }
  }

  /** The state of a dictionary, such as versions of modules, is dropped; nothing else has one. */
  private void build(long start) {
    pop();
    if (!(stack.element() instanceof Map)) {
      throw FormatException.at(file, start, "the state of an object other than a dictionary");
    }
  }

  private Object pop() {
    Object top = stack.pop();
    if (top instanceof Mark) {
      throw FormatException.at(file, at, "the pickle is damaged: a mark instead of a value");
    }
    return top;
  }

  private List<Object> popMark() {
    List<Object> values = new ArrayList<>();
    for (Object top = stack.pop(); !(top instanceof Mark); top = stack.pop()) {
      values.add(top);
    }
    java.util.Collections.reverse(values);
    return values;
  }

  private List<Object> tuple(int count) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(pop());
    }
    java.util.Collections.reverse(values);
    return values;
  }

  private static Map<Object, Object> dictionary(List<Object> flat) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < flat.size(); i += 2) {
      map.put(flat.get(i), flat.get(i + 1));
    }
    return map;
  }

  @SuppressWarnings("unchecked")
  private List<Object> list() {
    return (List<Object>) stack.element();
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> map() {
    return (Map<Object, Object>) stack.element();
  }

  private Object remembered(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw FormatException.at(file, at, "the pickle refers to value " + index + ", unknown");
    }
    return value;
  }

  private int byte8() {
    return code.get(ValueLayout.JAVA_BYTE, at++) & 0xff;
  }

  private int int32() {
    at += 4;
    return code.get(I32, at - 4);
  }

  private long int64() {
    at += 8;
    return code.get(I64, at - 8);
  }

  /** A whole number of so many bytes, two's complement. */
  private long longOf(int length) {
    if (length > 8) {
      throw FormatException.at(file, at, "a whole number of " + length + " bytes");
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) byte8() << 8 * i;
    }
    int unused = 64 - 8 * length;
    return length == 0 ? 0 : value << unused >> unused;
  }

  private String text(long length) {
    if (length < 0 || length > code.byteSize() - at) {
      throw FormatException.at(file, at, "a text of " + length + " bytes does not fit");
    }
    at += length;
    return new String(
        code.asSlice(at - length, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private String line() {
    StringBuilder text = new StringBuilder();
    for (int c = byte8(); c != '\n'; c = byte8()) {
      text.append((char) c);
    }
    return text.toString();
  }
}
