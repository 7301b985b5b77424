package dev.gatun.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuTests {
  @TempDir Path root;

  @Test
  void readsLinuxFiles() throws IOException {
    write(
        "proc/cpuinfo",
        "processor : 0\nmodel name\t: A chip\nflags\t\t: fpu AVX512F avx512bw avx512vl avx512dq avx512_vnni\n");
    cache(0, "1", "Data", "48K", "0");
    cache(1, "1", "Instruction", "64K", "0");
    cache(2, "2", "Unified", "2M", "0-1");
    cache(3, "3", "Unified", "36608K", "0-3,8-11");
    Cpu cpu = Cpu.read(root);
    assertEquals("A chip", cpu.model());
    assertTrue(cpu.avx512());
    assertTrue(cpu.vnni());
    assertFalse(cpu.amx());
    assertFalse(cpu.bf16());
    assertEquals(48 << 10, cpu.l1Bytes());
    assertEquals(2 << 20, cpu.l2Bytes());
    assertEquals(36608L << 10, cpu.l3Bytes());
    assertEquals(2, cpu.l2Sharing());
    assertEquals(8, cpu.l3Sharing());
    assertTrue(cpu.l3BytesPerProcessor() >= cpu.l3Bytes() / 8);
  }

  @Test
  void hasDefaultsWhereNothingCanBeRead() {
    Cpu cpu = Cpu.read(root.resolve("missing"));
    assertEquals(System.getProperty("os.arch"), cpu.model());
    assertTrue(cpu.flags().isEmpty());
    assertEquals(32 << 10, cpu.l1Bytes());
    assertEquals(256 << 10, cpu.l2Bytes());
    assertEquals(4 << 20, cpu.l3Bytes());
    assertEquals(1, cpu.l3Sharing());
  }

  @Test
  void survivesNonsense() throws IOException {
    write("proc/cpuinfo", "model name\nflags\nflags:\n");
    cache(0, "1", "Data", "many", "a-b");
    cache(1, "2", "Unified", "-5K", "");
    cache(2, "3", "Unified", "99999999999999999999G", "3-1");
    Cpu cpu = Cpu.read(root);
    assertEquals(32 << 10, cpu.l1Bytes());
    assertEquals(256 << 10, cpu.l2Bytes());
    assertEquals(4 << 20, cpu.l3Bytes());
    assertEquals(1, cpu.l2Sharing());
    assertTrue(cpu.flags().isEmpty());
  }

  @Test
  void aMachineWithoutThirdLevelHasNone() throws IOException {
    cache(0, "1", "Data", "32K", "0");
    cache(1, "2", "Unified", "1M", "0-3");
    assertEquals(0, Cpu.read(root).l3Bytes());
  }

  @Test
  void thisMachine() {
    Cpu cpu = Cpu.get();
    assertSame(cpu, Cpu.get());
    assertTrue(cpu.processors() >= 1);
    assertEquals(Lanes.F32_LENGTH, cpu.lanes());
    assertTrue(cpu.l1Bytes() >= 8 << 10);
    assertTrue(cpu.l2Bytes() >= 32 << 10);
  }

  private void cache(int index, String level, String type, String size, String shared)
      throws IOException {
    String at = "sys/devices/system/cpu/cpu0/cache/index" + index + "/";
    write(at + "level", level + "\n");
    write(at + "type", type + "\n");
    write(at + "size", size + "\n");
    write(at + "shared_cpu_list", shared + "\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
