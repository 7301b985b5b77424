package dev.gatun.train.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads files with one JSON value a line (JSONL), plain or compressed with gzip, as samples. */
public final class JsonLines {
  /** Longest line; a file that is no JSONL must not be read into one. */
  private static final int MAX_LINE = 16 << 20;

  /**
   * The lines as they come; the file is read anew in every epoch. Empty lines are skipped.
   *
   * @param sample makes a sample of one line; called by the threads that load batches
   */
  public static Dataset stream(Path path, Function<JsonNode, Sample> sample) {
    return new Lines(path, sample);
  }

  /** One file. */
  private static final class Lines extends Dataset {
    private final Path path;
    private final Function<JsonNode, Sample> sample;

    Lines(Path path, Function<JsonNode, Sample> sample) {
      this.path = path;
      this.sample = sample;
    }

    @Override
    public OptionalLong size() {
      return OptionalLong.empty();
    }

    @Override
    Entries open(long epoch) {
      BufferedReader reader;
      try {
        reader =
            new BufferedReader(
                new InputStreamReader(
                    InputFiles.open(path),
                    StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)));
      } catch (IOException e) {
        throw DataException.at(path.toString(), e);
      }
      return new Entries() {
        private long number;

        @Override
        public @Nullable Entry next() {
          try {
            String line = line(reader, path + " line " + (number + 1));
            number++;
            while (line != null && line.isBlank()) {
              line = line(reader, path + " line " + (number + 1));
              number++;
            }
            String found = line;
            long at = number;
            return found == null ? null : () -> parse(found, at);
          } catch (IOException e) {
            throw DataException.at(path + " line " + (number + 1), e);
          }
        }

        @Override
        public void close() {
          try {
            reader.close();
          } catch (IOException e) {
            throw DataException.at(path.toString(), e);
          }
        }
      };
    }

    private Sample parse(String line, long number) {
      String origin = path + " line " + number;
      try {
        return sample.apply(JsonMapper.shared().readTree(line)).from(origin);
      } catch (JacksonException e) {
        throw new DataException(origin + ": is not JSON: " + e.getOriginalMessage(), e);
      } catch (RuntimeException e) {
        throw DataException.at(origin, e);
      }
    }
  }

  private static @Nullable String line(BufferedReader reader, String origin) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      if (c == '\n') {
        return line.toString();
      }
      if (line.length() == MAX_LINE) {
        throw new DataException(origin + ": is longer than " + MAX_LINE + " characters");
      }
      line.append((char) c);
    }
    return line.isEmpty() ? null : line.toString();
  }

  private JsonLines() {}
}
