package dev.gatun.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Facts about the machine: what the doctor prints and what block sizes and kernel selection depend
 * on.
 *
 * <p>Read once from {@code /proc/cpuinfo} and {@code /sys/devices/system/cpu}; where these are
 * missing (another operating system, a locked-down container) the facts are the safe defaults of a
 * plain machine: no optional instruction, small caches.
 *
 * @param model the processor's name, or the architecture where it cannot be read
 * @param flags instruction set flags in lower case, empty where they cannot be read
 * @param processors processors this process may use; container limits are respected
 * @param lanes float lanes of the vectors the kernels use
 * @param l1Bytes data cache of one core
 * @param l2Bytes second level cache, shared by {@code l2Sharing} processors
 * @param l3Bytes last level cache, shared by {@code l3Sharing} processors; 0 when there is none
 * @param l2Sharing processors that share one second level cache
 * @param l3Sharing processors that share one last level cache
 */
public record Cpu(
    String model,
    Set<String> flags,
    int processors,
    int lanes,
    long l1Bytes,
    long l2Bytes,
    long l3Bytes,
    int l2Sharing,
    int l3Sharing) {

  private static final long DEFAULT_L1 = 32 << 10;
  private static final long DEFAULT_L2 = 256 << 10;
  private static final long DEFAULT_L3 = 4 << 20;

  /** The facts of this machine, read when first asked for. */
  public static Cpu get() {
    return Holder.CPU;
  }

  /** Reads the facts from a root directory with {@code proc} and {@code sys} below it. */
  static Cpu read(Path root) {
    String info = text(root.resolve("proc/cpuinfo"));
    Cache l1 = Cache.NONE;
    Cache l2 = Cache.NONE;
    Cache l3 = Cache.NONE;
    for (int index = 0; index < 16; index++) {
      Path at = root.resolve("sys/devices/system/cpu/cpu0/cache/index" + index);
      String type = text(at.resolve("type")).strip();
      if (type.equals("Instruction")) {
        continue;
      }
      Cache cache =
          new Cache(
              size(text(at.resolve("size")).strip()),
              listLength(text(at.resolve("shared_cpu_list")).strip()));
      switch (text(at.resolve("level")).strip()) {
        case "1" -> l1 = cache;
        case "2" -> l2 = cache;
        case "3" -> l3 = cache;
        default -> {
          // Not a cache we know about, or no such file.
        }
      }
    }
    boolean known = l1.bytes > 0;
    return new Cpu(
        model(info),
        flags(info),
        Math.max(1, Runtime.getRuntime().availableProcessors()),
        Lanes.F32_LENGTH,
        known ? l1.bytes : DEFAULT_L1,
        l2.bytes > 0 ? l2.bytes : DEFAULT_L2,
        l3.bytes > 0 || known ? l3.bytes : DEFAULT_L3,
        l2.sharing,
        l3.sharing);
  }

  /** Whether the processor has an instruction set extension, by its name in {@code cpuinfo}. */
  public boolean has(String flag) {
    return flags.contains(flag);
  }

  /** 512-bit vectors with byte, word and 128/256-bit forms. */
  public boolean avx512() {
    return has("avx512f") && has("avx512bw") && has("avx512vl") && has("avx512dq");
  }

  /** Dot products of 8-bit integers. */
  public boolean vnni() {
    return has("avx512_vnni") || has("avx_vnni");
  }

  /** Dot products of bfloat16. */
  public boolean bf16() {
    return has("avx512_bf16") || has("amx_bf16");
  }

  /** Matrix tiles. */
  public boolean amx() {
    return has("amx_tile");
  }

  /** The share of the last level cache that one of the processors in use can count on. */
  public long l3BytesPerProcessor() {
    return l3Bytes / Math.max(1, Math.min(processors, l3Sharing));
  }

  private static String model(String info) {
    for (String line : info.lines().toList()) {
      if (line.startsWith("model name")
          || line.startsWith("Model")
          || line.startsWith("cpu model")) {
        int colon = line.indexOf(':');
        if (colon >= 0 && !line.substring(colon + 1).isBlank()) {
          return line.substring(colon + 1).strip();
        }
      }
    }
    return System.getProperty("os.arch", "unknown");
  }

  private static Set<String> flags(String info) {
    for (String line : info.lines().toList()) {
      // "flags" on x86, "Features" on arm.
      if (line.startsWith("flags") || line.startsWith("Features")) {
        int colon = line.indexOf(':');
        if (colon >= 0) {
          String flags = line.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
          return flags.isEmpty() ? Set.of() : Set.copyOf(List.of(flags.split("\\s+")));
        }
      }
    }
    return Set.of();
  }

  /** Bytes of a size such as {@code 32K}; 0 when it cannot be understood. */
  static long size(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    int shift =
        switch (text.charAt(text.length() - 1)) {
          case 'K' -> 10;
          case 'M' -> 20;
          case 'G' -> 30;
          default -> 0;
        };
    try {
      String digits = shift == 0 ? text : text.substring(0, text.length() - 1);
      long size = Long.parseLong(digits.strip());
      return size > 0 && size <= Long.MAX_VALUE >> 30 ? size << shift : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Number of processors in a list such as {@code 0-3,8}; 1 when it cannot be understood. */
  static int listLength(String list) {
    int count = 0;
    try {
      for (String range : list.split(",", -1)) {
        int dash = range.indexOf('-');
        count +=
            dash < 0
                ? Math.min(1, 1 + Integer.parseInt(range.strip()))
                : Integer.parseInt(range.substring(dash + 1).strip())
                    - Integer.parseInt(range.substring(0, dash).strip())
                    + 1;
      }
    } catch (NumberFormatException e) {
      return 1;
    }
    return Math.max(1, count);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException | RuntimeException e) {
      return ""; // Not there or not readable: the caller has a default for every fact.
    }
  }

  private record Cache(long bytes, int sharing) {
    static final Cache NONE = new Cache(0, 1);
  }

  private static final class Holder {
    static final Cpu CPU = read(Path.of("/"));
  }
}
