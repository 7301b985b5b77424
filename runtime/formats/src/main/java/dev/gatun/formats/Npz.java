package dev.gatun.formats;

import dev.gatun.core.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** NumPy's .npz files: a ZIP archive of .npy files. */
public final class Npz {
  private static final int MAX_ENTRIES = 100_000;
  private static final long MAX_TOTAL = 16L << 30;
  // Deflate cannot do better than 1032 to 1 (zlib's technical notes); more is a forged size.
  private static final long MAX_RATIO = 1032;
  private static final String SUFFIX = ".npy";

  /** Reads all arrays, in the order of the archive. */
  public static Map<String, Tensor> read(Path path) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long total = 0;
    try (ZipFile zip = new ZipFile(path.toFile())) {
      if (zip.size() > MAX_ENTRIES) {
        throw new FormatException(path + ": has " + zip.size() + " entries, too many");
      }
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.getName().endsWith(SUFFIX)) {
          continue;
        }
        total += Math.max(entry.getSize(), 0);
        if (total > MAX_TOTAL) {
          throw new FormatException(path + ": unpacks to more than " + MAX_TOTAL + " bytes");
        }
        String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
        if (tensors.put(name, entry(path + ", entry " + entry.getName(), zip, entry)) != null) {
          throw new FormatException(path + ": has two arrays '" + name + "'");
        }
      }
    } catch (java.nio.file.NoSuchFileException | java.io.FileNotFoundException e) {
      throw new FormatException(path + ": no such file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new FormatException(path + ": no readable ZIP archive: " + e.getMessage(), e);
    }
    return tensors;
  }

  private static Tensor entry(String where, ZipFile zip, ZipEntry entry) throws IOException {
    long size = entry.getSize();
    if (size < 0
        || size > Integer.MAX_VALUE - 16
        || size / MAX_RATIO > Math.max(entry.getCompressedSize(), 0) + 1) {
      throw new FormatException(
          where + ": claims " + size + " bytes out of " + entry.getCompressedSize());
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes((int) size);
      if (bytes.length != size || in.read() >= 0) {
        throw new FormatException(where + ": does not have the " + size + " bytes it claims");
      }
      CRC32 crc = new CRC32();
      crc.update(bytes);
      if (entry.getCrc() >= 0 && crc.getValue() != entry.getCrc()) {
        throw new FormatException(where + ": the checksum is wrong; the file is damaged");
      }
      return Npy.read(new FileBytes(where, MemorySegment.ofArray(bytes)));
    }
  }

  /** Writes arrays uncompressed, as numpy.savez does. */
  public static void write(Path path, Map<String, Tensor> tensors) {
    try (ZipOutputStream out =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(path)))) {
      out.setMethod(ZipOutputStream.STORED);
      for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
        byte[] bytes = Npy.bytes(path + ", array '" + tensor.getKey() + "'", tensor.getValue());
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(tensor.getKey() + SUFFIX);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0); // the same tensors give the same file
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
      }
    } catch (IOException e) {
      throw new FormatException(path + ": cannot be written: " + FormatException.reason(e), e);
    }
  }

  private Npz() {}
}
